use crate::out::Why;

use super::sign_in::SignInError;

/// The right that every answer of the AdminService needs.
pub(crate) const RIGHT: &str =
    "a ConfigMgr administrative user with Read-only Analyst, all scopes and all collections";

/// Why a question had no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// Nobody listens, or the name leads nowhere.
    Unreachable { host: String, port: u16, why: String },
    /// The server is not believed, or does not speak TLS.
    Tls(String),
    /// Signing in failed before the server judged.
    SignIn(SignInError),
    /// The server knows no such user, or not with this password (401).
    Unknown,
    /// The user may not (403).
    Forbidden,
    /// There is no such thing (404).
    Missing,
    /// The server was busy or broken each time (429, 5xx, a connection that was cut).
    Passing { what: String, after: Option<u64> },
    /// Another answer.
    Other(String),
}

impl Trouble {
    /// Whether asking again may help.
    pub(crate) fn passes(&self) -> bool {
        matches!(self, Trouble::Passing { .. })
    }

    /// Whether every further question would end the same way.
    pub(crate) fn ends_all(&self) -> bool {
        matches!(self, Trouble::Unreachable { .. } | Trouble::Tls(_) | Trouble::SignIn(_) | Trouble::Unknown)
    }

    /// The reason in a manifest; `right` is what the dataset needs.
    pub(crate) fn why(&self, right: &str) -> Why {
        match self {
            Trouble::Unreachable { host, port, why } => {
                Why::new(format!("{host} does not answer ({why})")).needs_port(host, *port)
            }
            Trouble::Tls(why) => Why::new(format!("the server is not believed: {why}"))
                .needs("a certificate that is believed: --ca-file or --pin-sha256"),
            Trouble::SignIn(error @ SignInError::NoDomainController { port, .. }) => {
                let (host, number) = port.rsplit_once(':').unwrap_or((port, "88"));
                Why::new(error.to_string()).needs_port(host, number.parse().unwrap_or(88))
            }
            Trouble::SignIn(error) => Why::new(error.to_string()),
            Trouble::Unknown => Why::new(
                "the provider refused the account (401): a wrong password, or no administrative user",
            )
            .needs_right(RIGHT),
            Trouble::Forbidden => Why::new("the provider refused the question (403)").needs_right(right),
            Trouble::Missing => Why::new("the provider knows no such class (404)")
                .needs("an SMS Provider with the administration service, of a version that has the class"),
            Trouble::Passing { what, .. } => Why::new(format!("{what}, each time it was asked")),
            Trouble::Other(what) => Why::new(what.clone()),
        }
    }

    /// In a few words, for a question that is one of many.
    pub(crate) fn brief(&self) -> String {
        match self {
            Trouble::Forbidden => "refused (403)".to_owned(),
            Trouble::Missing => "not found (404)".to_owned(),
            Trouble::Unknown => "sign-in refused (401)".to_owned(),
            other => other.why("").what,
        }
    }
}
