//! Accounts whose SID follows from their name: services and application pools of IIS.

use crate::Sid;

/// The SID of a service: `S-1-5-80-` and the SHA-1 of its name in capitals (win32 "Service Accounts",
/// `sc showsid`). `name` is the service's short name, without `NT SERVICE\`.
pub fn service_sid(name: &str) -> Sid {
    hashed(80, &name.to_uppercase())
}

/// The SID of an application pool: `S-1-5-82-` and the SHA-1 of its name in small letters. `name` is
/// without `IIS APPPOOL\`.
pub fn app_pool_sid(name: &str) -> Sid {
    hashed(82, &name.to_lowercase())
}

fn hashed(first: u32, name: &str) -> Sid {
    let bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // The hash's bytes are taken for little-endian numbers, as a SID's subauthorities are.
    let [a, b, c, d, e] = sha1(&bytes).map(u32::swap_bytes);
    Sid::new(5, [first, a, b, c, d, e])
}

/// SHA-1 (RFC 3174) as five big-endian words. It names things here and protects nothing.
fn sha1(message: &[u8]) -> [u32; 5] {
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + 8).next_multiple_of(64) - 8, 0);
    padded.extend((message.len() as u64 * 8).to_be_bytes());
    let mut state = [0x6745_2301u32, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    for block in padded.chunks_exact(64) {
        let mut w = [0u32; 80];
        for (word, bytes) in w.iter_mut().zip(block.chunks_exact(4)) {
            *word = bytes.iter().fold(0, |word, b| word << 8 | u32::from(*b));
        }
        for t in 16..80 {
            w[t] = (w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (t, word) in w.iter().enumerate() {
            let (f, k) = match t {
                0..20 => ((b & c) | (!b & d), 0x5A82_7999u32),
                20..40 => (b ^ c ^ d, 0x6ED9_EBA1),
                40..60 => ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC),
                _ => (b ^ c ^ d, 0xCA62_C1D6),
            };
            let next = a.rotate_left(5).wrapping_add(f).wrapping_add(e).wrapping_add(k).wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (sum, add) in state.iter_mut().zip([a, b, c, d, e]) {
            *sum = sum.wrapping_add(add);
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{from_well_known_name, well_known};

    /// RFC 3174, section 7.3, test 1; and a message of more than one block.
    #[test]
    fn sha1_of_known_messages() {
        let expected = [0xA999_3E36, 0x4706_816A, 0xBA3E_2571, 0x7850_C26C, 0x9CD0_D89D];
        assert_eq!(sha1(b"abc"), expected);
        let long = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        let expected = [0x8498_3E44, 0x1C3B_D26E, 0xBAAE_4AA1, 0xF951_29E5, 0xE546_70F1];
        assert_eq!(sha1(long), expected);
    }

    #[test]
    fn sids_as_windows_shows_them() {
        assert_eq!(service_sid("TrustedInstaller"), well_known::TRUSTED_INSTALLER);
        let sql = "S-1-5-80-3880718306-3832830129-1677859214-2598158968-1052248003";
        assert_eq!(service_sid("mssqlserver").to_string(), sql);
        assert_eq!(from_well_known_name("nt service\\MSSQLSERVER").unwrap().to_string(), sql);
        let pool = "S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415";
        assert_eq!(app_pool_sid("DefaultAppPool").to_string(), pool);
        assert_eq!(from_well_known_name("IIS APPPOOL\\DefaultAppPool").unwrap().to_string(), pool);
        assert_eq!(from_well_known_name("NT SERVICE\\"), None);
    }
}
