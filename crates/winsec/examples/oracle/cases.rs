//! Cases of the oracle: random descriptors, tokens and masks, and the two forms in which they are kept.

use cmlint_winsec::{
    Access, AccessMask, Ace, AceFlags, AceKind, Acl, Context, Decider, Kind, Request, SecurityDescriptor,
    Sid, Tri, Trustee, Verdict, access_check, binary, sddl, well_known as wk,
};

/// Everything that must decide at least one case.
pub(crate) const CONSTRUCTS: &[&str] = &[
    "deny",
    "order of ACEs",
    "inherit-only",
    "owner's implicit rights",
    "OWNER RIGHTS",
    "group SID",
    "null DACL",
    "empty DACL",
    "MAXIMUM_ALLOWED",
    "take ownership privilege",
];

/// One question.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) descriptor: SecurityDescriptor,
    /// The user first, then groups.
    pub(crate) sids: Vec<Sid>,
    pub(crate) mask: AccessMask,
    pub(crate) take_ownership: bool,
}

impl Case {
    /// A case in which granted and denied, and each construct, are about as likely as they can be.
    pub(crate) fn random(random: &mut Random) -> Case {
        let users = [1000, 1001, 1002].map(|rid| Sid::new(5, [21, 1, 2, 3, rid]));
        let groups = [
            wk::EVERYONE,
            wk::AUTHENTICATED_USERS,
            wk::ADMINISTRATORS,
            wk::USERS,
            wk::BACKUP_OPERATORS,
            Sid::new(5, [21, 1, 2, 3, 512]),
            Sid::new(5, [21, 1, 2, 3, 513]),
        ];
        let mut sids = vec![*random.pick(&users)];
        sids.extend(groups.iter().filter(|_| random.chance(2, 5)));
        let owner = match random.below(4) {
            0 => sids[0],
            1 => *random.pick(&sids),
            _ => *random.pick(&[users[0], users[1], groups[2], groups[5]]),
        };
        let mut trustees = users.to_vec();
        trustees.extend(groups);
        trustees.extend([wk::OWNER_RIGHTS, wk::CREATOR_OWNER, wk::SYSTEM]);
        let entries = (0..random.below(7)).map(|_| ace(random, &trustees)).collect();
        let take_ownership = random.chance(1, 12);
        let null = random.chance(1, 60);
        let maximum = !null && !take_ownership && random.chance(1, 3);
        let mut mask = request(random);
        if maximum {
            let alone = random.chance(2, 3);
            mask = if alone { AccessMask::MAXIMUM_ALLOWED } else { mask | AccessMask::MAXIMUM_ALLOWED };
        }
        let descriptor = SecurityDescriptor {
            owner: Some(owner.into()),
            group: Some(groups[6].into()),
            dacl: if null { Acl::Null } else { Acl::Entries(entries) },
            ..SecurityDescriptor::default()
        };
        Case { descriptor, sids, mask, take_ownership }
    }

    /// What our access check says, in the terms of Samba's: the granted bits or a refusal.
    pub(crate) fn answer(&self) -> Option<u32> {
        let access = self.check(&self.descriptor);
        assert!(access.unknown().is_empty(), "nothing here can be unknown");
        if self.mask.contains(AccessMask::MAXIMUM_ALLOWED) {
            let must = self.mask.without(AccessMask::MAXIMUM_ALLOWED);
            return access.granted().contains(must).then_some(access.granted().0);
        }
        (access.all() == Tri::Yes).then_some(self.mask.0)
    }

    fn check(&self, descriptor: &SecurityDescriptor) -> Access {
        let holds = |trustee: &Trustee| Tri::from(trustee.sid().is_some_and(|sid| self.sids.contains(&sid)));
        let mut request = Request::new(Kind::File, self.mask);
        request.take_ownership = self.take_ownership.into();
        access_check(descriptor, holds, &request)
    }

    /// The constructs without which the answer would be another one, or that decided a bit.
    pub(crate) fn constructs(&self) -> Vec<&'static str> {
        let access = self.check(&self.descriptor);
        let entries = self.descriptor.dacl.entries();
        let by = |wanted: &dyn Fn(&Verdict) -> bool| access.verdicts().iter().any(|(_, v)| wanted(v));
        let ace_by = |v: &Verdict| match v {
            Verdict::Granted { by: Decider::Ace(i) } | Verdict::Denied { by: Decider::Ace(i) } => Some(*i),
            _ => None,
        };
        let with = |change: &dyn Fn(&mut Vec<Ace>)| {
            let mut changed = self.clone();
            if let Acl::Entries(entries) = &mut changed.descriptor.dacl {
                change(entries);
            }
            changed.check(&changed.descriptor).granted() != access.granted()
        };
        let decides = |wanted: &dyn Fn(&Trustee) -> bool| {
            by(&|v| ace_by(v).is_some_and(|i| wanted(&entries[i].trustee)))
        };
        let user = Trustee::Sid(self.sids[0]);
        let owner_rights = Trustee::Sid(wk::OWNER_RIGHTS);
        let found = [
            by(&|v| matches!(v, Verdict::Denied { by: Decider::Ace(_) })),
            with(&|entries| entries.reverse()),
            with(&|entries| entries.iter_mut().for_each(|ace| ace.flags.0 &= !AceFlags::INHERIT_ONLY.0)),
            by(&|v| *v == Verdict::Granted { by: Decider::Owner }),
            decides(&|t| *t == owner_rights),
            decides(&|t| *t != user && *t != owner_rights),
            by(&|v| *v == Verdict::Granted { by: Decider::NoDacl }),
            self.descriptor.dacl == Acl::Entries(Vec::new()),
            self.mask.contains(AccessMask::MAXIMUM_ALLOWED),
            by(&|v| *v == Verdict::Granted { by: Decider::Privilege }),
        ];
        CONSTRUCTS.iter().zip(found).filter(|(_, found)| *found).map(|(name, _)| *name).collect()
    }

    /// One line of JSON for the other implementation.
    pub(crate) fn to_json(&self) -> String {
        let bytes = binary::write(&self.descriptor, &Context::default()).unwrap();
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let sids: Vec<String> = self.sids.iter().map(Sid::to_string).collect();
        serde_json::json!({
            "sd": hex, "sids": sids, "mask": self.mask.0, "take_ownership": self.take_ownership,
        })
        .to_string()
    }

    /// Reads such a line with its answer.
    pub(crate) fn from_json(line: &str) -> (Case, Option<u32>) {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let hex = value["sd"].as_str().unwrap();
        let bytes: Vec<u8> =
            (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
        let sids = value["sids"].as_array().unwrap().iter().map(|s| s.as_str().unwrap().parse().unwrap());
        let number = |name: &str| value[name].as_u64().map(|n| u32::try_from(n).unwrap());
        let case = Case {
            descriptor: binary::read(&bytes).unwrap(),
            sids: sids.collect(),
            mask: AccessMask(number("mask").unwrap()),
            take_ownership: value["take_ownership"].as_bool().unwrap(),
        };
        (case, number("answer"))
    }

    /// The short form of recorded cases: descriptor, SIDs, mask, privilege, answer.
    pub(crate) fn to_line(&self, answer: Option<u32>) -> String {
        let sids: Vec<String> = self.sids.iter().map(|sid| Trustee::Sid(*sid).to_string()).collect();
        let answer = answer.map_or("-".to_owned(), |bits| format!("{bits:x}"));
        let descriptor = sddl::write(&self.descriptor).unwrap();
        let privilege = if self.take_ownership { "t" } else { "-" };
        format!("{descriptor} {} {:x} {privilege} {answer}", sids.join(","), self.mask.0)
    }
}

impl std::str::FromStr for Case {
    type Err = &'static str;

    /// Reads the short form, but for its answer.
    fn from_str(line: &str) -> Result<Case, Self::Err> {
        let [descriptor, sids, mask, privilege, _] = line.split(' ').collect::<Vec<_>>()[..] else {
            return Err("five fields");
        };
        let sid = |text: &str| match Trustee::from_alias(text) {
            Some(trustee) => trustee.sid(),
            None => text.parse().ok(),
        };
        Ok(Case {
            descriptor: sddl::parse(descriptor).map_err(|_| "a descriptor")?.descriptor,
            sids: sids.split(',').map(sid).collect::<Option<_>>().ok_or("SIDs")?,
            mask: AccessMask(u32::from_str_radix(mask, 16).map_err(|_| "a mask")?),
            take_ownership: privilege == "t",
        })
    }
}

fn ace(random: &mut Random, trustees: &[Sid]) -> Ace {
    let kind = if random.chance(2, 5) { AceKind::Denied } else { AceKind::Allowed };
    let usual = [0x1F_01FF, 0x12_0089, 0x12_00A9, 0x12_0116, 0x13_01BF, 0x2_0000, 0x4_0000, 0xF_003F];
    let mask = match random.below(3) {
        0 => *random.pick(&usual),
        1 => (0..3).fold(0, |mask, _| mask | 1 << random.below(21)),
        _ => random.next() as u32 & 0x1F_01FF,
    };
    let mut ace = Ace::new(kind, AccessMask(mask), *random.pick(trustees));
    if random.chance(1, 3) {
        // OI, CI, NP, IO and ID in every combination.
        ace.flags = AceFlags(random.below(32) as u8);
    }
    ace
}

fn request(random: &mut Random) -> AccessMask {
    AccessMask(match random.below(4) {
        0 => *random.pick(&[0x12_0089, 0x12_0116, 0x13_01BF, 0x1F_01FF]),
        1 => *random.pick(&[0x2_0000, 0x4_0000, 0x6_0000, 0x8_0000, 0x1_0000]),
        _ => (0..=random.below(3)).fold(0, |mask, _| mask | 1 << random.below(21)),
    })
}

/// SplitMix64: the same cases from the same seed everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn chance(&mut self, of: u64, n: u64) -> bool {
        self.below(n) < of
    }

    pub(crate) fn pick<'p, T>(&mut self, all: &'p [T]) -> &'p T {
        &all[self.below(all.len() as u64) as usize]
    }
}
