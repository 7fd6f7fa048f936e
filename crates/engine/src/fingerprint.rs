use cmlint_lint::Finding;
use sha2::{Digest, Sha256};

/// The identity of a finding over time: 16 hex digits of SHA-256 over lint, object key and discriminator.
/// No line number and no message goes into it, so that it survives both.
pub fn fingerprint(lint: &str, finding: &Finding) -> String {
    let mut hash = Sha256::new();
    for part in [lint, finding.object.key.as_str(), &finding.discriminator] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
