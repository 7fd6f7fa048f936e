//! Resource attributes as bytes: CLAIM_SECURITY_ATTRIBUTE_RELATIVE_V1 (MS-DTYP 2.4.10.1).

use crate::binary::WriteError;
use crate::binary::read::{u32_at, u64_at};
use crate::binary::write::resolve;
use crate::{Context, ResourceAttribute, Sid, Values};

/// Length of the fixed part, before the array of offsets.
const HEADER: usize = 16;

/// Reads the data of a resource attribute ACE; `None` when it is malformed.
pub(super) fn read(bytes: &[u8]) -> Option<ResourceAttribute> {
    let name = string(bytes, u32_at(bytes, 0)?)?;
    let value_type = u32_at(bytes, 4)? as u16;
    let flags = u32_at(bytes, 8)?;
    let count = u32_at(bytes, 12)? as usize;
    let offsets: Vec<u32> = bytes
        .get(HEADER..HEADER.checked_add(count.checked_mul(4)?)?)?
        .chunks_exact(4)
        .filter_map(|chunk| u32_at(chunk, 0))
        .collect();
    // Many offsets may point to one long value: without a limit 64 KiB could grow to gigabytes.
    let mut budget = bytes.len();
    let mut spend = |len: usize| {
        budget = budget.checked_sub(len)?;
        Some(())
    };
    let values = match value_type {
        0x0001 => Values::Int(numbers(bytes, &offsets)?.into_iter().map(|n| n as i64).collect()),
        0x0002 => Values::Uint(numbers(bytes, &offsets)?),
        0x0006 => Values::Bool(numbers(bytes, &offsets)?),
        0x0003 => {
            let all = offsets.iter().map(|at| {
                let text = string(bytes, *at)?;
                spend(text.len().max(2))?;
                Some(text)
            });
            Values::String(all.collect::<Option<_>>()?)
        }
        0x0005 => {
            let all = offsets.iter().map(|at| {
                let octets = octets(bytes, *at)?;
                let sid = Sid::from_binary(octets).filter(|sid| sid.binary_len() == octets.len())?;
                Some(sid.into())
            });
            Values::Sid(all.collect::<Option<_>>()?)
        }
        0x0010 => {
            let all = offsets.iter().map(|at| {
                let octets = octets(bytes, *at)?;
                spend(octets.len())?;
                Some(octets.to_vec())
            });
            Values::Octets(all.collect::<Option<_>>()?)
        }
        _ => return None,
    };
    (!name.is_empty()).then_some(ResourceAttribute { name, flags, values })
}

fn numbers(bytes: &[u8], offsets: &[u32]) -> Option<Vec<u64>> {
    offsets.iter().map(|at| u64_at(bytes, *at as usize)).collect()
}

/// A UTF-16 text that ends with a zero.
fn string(bytes: &[u8], at: u32) -> Option<String> {
    let units = bytes.get(at as usize..)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let mut ended = false;
    let text: Vec<u16> = units
        .take_while(|unit| {
            ended = *unit == 0;
            !ended
        })
        .collect();
    ended.then(|| String::from_utf16(&text).ok()).flatten()
}

fn octets(bytes: &[u8], at: u32) -> Option<&[u8]> {
    let at = at as usize;
    let len = u32_at(bytes, at)? as usize;
    bytes.get(at.checked_add(4)?..)?.get(..len)
}

/// Writes the data in the order of Windows: header, offsets, name, values, without gaps.
pub(super) fn write(attribute: &ResourceAttribute, context: &Context) -> Result<Vec<u8>, WriteError> {
    let number = |n: &u64| n.to_le_bytes().to_vec();
    let counted = |octets: &[u8]| [&(octets.len() as u32).to_le_bytes()[..], octets].concat();
    let (value_type, values): (u16, Vec<Vec<u8>>) = match &attribute.values {
        Values::Int(all) => (0x0001, all.iter().map(|n| n.to_le_bytes().to_vec()).collect()),
        Values::Uint(all) => (0x0002, all.iter().map(number).collect()),
        Values::String(all) => (0x0003, all.iter().map(|text| terminated(text)).collect()),
        Values::Sid(all) => {
            let sids = all.iter().map(|trustee| Ok(counted(&resolve(trustee, context)?.to_binary())));
            (0x0005, sids.collect::<Result<_, WriteError>>()?)
        }
        Values::Bool(all) => (0x0006, all.iter().map(number).collect()),
        Values::Octets(all) => (0x0010, all.iter().map(|octets| counted(octets)).collect()),
    };
    let name = terminated(&attribute.name);
    let total = HEADER + 4 * values.len() + name.len() + values.iter().map(Vec::len).sum::<usize>();
    if total > usize::from(u16::MAX) {
        return Err(WriteError::TooLong);
    }
    let mut at = HEADER + 4 * values.len();
    let mut out = (at as u32).to_le_bytes().to_vec();
    out.extend(u32::from(value_type).to_le_bytes());
    out.extend(attribute.flags.to_le_bytes());
    out.extend((values.len() as u32).to_le_bytes());
    at += name.len();
    for value in &values {
        out.extend((at as u32).to_le_bytes());
        at += value.len();
    }
    out.extend(name);
    out.extend(values.concat());
    Ok(out)
}

fn terminated(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(values: Values) {
        let attribute = ResourceAttribute { name: "Größe".to_owned(), flags: 0x0A, values };
        let bytes = write(&attribute, &Context::default()).unwrap();
        assert_eq!(read(&bytes), Some(attribute));
    }

    #[test]
    fn every_type_both_ways() {
        round(Values::Int(vec![-8, 0, i64::MAX]));
        round(Values::Uint(vec![u64::MAX]));
        round(Values::String(vec![String::new(), "a\"b".to_owned()]));
        round(Values::Sid(vec![crate::well_known::EVERYONE.into()]));
        round(Values::Bool(vec![0, 1, 7]));
        round(Values::Octets(vec![vec![], vec![1, 2, 3]]));
    }

    #[test]
    fn many_offsets_to_one_value_are_refused() {
        let claim = |count: u32| {
            let name_at = 16 + 4 * count;
            let mut bytes = [name_at, 0x10, 0, count].map(u32::to_le_bytes).concat();
            bytes.extend((name_at + 4).to_le_bytes().repeat(count as usize));
            bytes.extend(*b"a\0\0\0");
            bytes.extend(1000u32.to_le_bytes());
            bytes.extend([7; 1000]);
            bytes
        };
        assert_eq!(read(&claim(1)).unwrap().values, Values::Octets(vec![vec![7; 1000]]));
        assert_eq!(read(&claim(8)), None);
    }
}
