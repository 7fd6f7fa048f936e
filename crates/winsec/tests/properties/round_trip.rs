use cmlint_winsec::{AclSide, Context, Sid, binary, sddl};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::strategies::{descriptor, sid};

proptest! {
    /// Text and bytes hold the same, and each reads back as it was written.
    #[test]
    fn text_and_bytes_both_ways(descriptor in descriptor()) {
        let bytes = binary::write(&descriptor, &Context::default()).unwrap();
        prop_assert_eq!(&binary::read(&bytes).unwrap(), &descriptor);
        let text = sddl::write(&descriptor).unwrap();
        let parsed = sddl::parse(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
        prop_assert_eq!(&parsed.descriptor, &descriptor);
        prop_assert_eq!(sddl::write(&parsed.descriptor).unwrap(), text);
    }

    /// The places of a text hold what they say they hold.
    #[test]
    fn places_slice_the_text(descriptor in descriptor()) {
        let text = sddl::write(&descriptor).unwrap();
        let parsed = sddl::parse(&text).unwrap();
        for side in [AclSide::Dacl, AclSide::Sacl] {
            for (index, ace) in descriptor.acl(side).entries().iter().enumerate() {
                let place = parsed.places.ace(side, index).unwrap();
                prop_assert_eq!(&text[place.whole.range()], sddl::write_ace(ace).unwrap());
                prop_assert_eq!(&text[place.trustee.range()], ace.trustee.to_string());
                prop_assert_eq!(&text[place.kind.range()], ace.kind.letters().unwrap());
                let guid = ace.object_type.map(|g| g.to_string()).unwrap_or_default();
                prop_assert_eq!(&text[place.object_type.range()], guid);
            }
        }
    }

    #[test]
    fn sids_both_ways(sid in sid()) {
        prop_assert_eq!(sid.to_string().parse::<Sid>(), Ok(sid));
        prop_assert_eq!(Sid::from_binary(&sid.to_binary()), Some(sid));
        let hex: String = sid.to_binary().iter().map(|b| format!("{b:02X}")).collect();
        prop_assert_eq!(Sid::from_sql_hex(&format!("0x{hex}")), Some(sid));
    }

    /// Whatever is read from bytes can be written as bytes again, and reads as the same.
    #[test]
    fn damaged_bytes_are_read_or_refused(
        descriptor in descriptor(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = binary::write(&descriptor, &Context::default()).unwrap();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(read) = binary::read(&bytes)
            && let Ok(again) = binary::write(&read, &Context::default())
        {
            prop_assert_eq!(binary::read(&again).unwrap(), read);
        }
    }

    /// Whatever is read from text can be written as text again, and reads as the same.
    #[test]
    fn damaged_text_is_read_or_refused(
        descriptor in descriptor(),
        damage in vec((any::<prop::sample::Index>(), "[ -~\u{100}]"), 1..4),
    ) {
        let mut text = sddl::write(&descriptor).unwrap();
        for (at, with) in damage {
            let places: Vec<(usize, char)> = text.char_indices().collect();
            if let Some((start, old)) = places.get(at.index(places.len().max(1))) {
                text.replace_range(*start..start + old.len_utf8(), &with);
            }
        }
        match sddl::parse(&text) {
            Ok(parsed) => {
                let written = sddl::write(&parsed.descriptor).unwrap();
                prop_assert_eq!(sddl::parse(&written).unwrap().descriptor, parsed.descriptor);
            }
            Err(error) => {
                prop_assert!(error.at.end as usize <= text.len());
                prop_assert!(text.get(error.at.range()).is_some(), "{} {:?}", text, error);
            }
        }
    }
}
