//! Proving to the provider who asks: Kerberos or NTLM with an account and its password, on every system alike; the
//! signed-in user by the system's own means.

use std::fmt;

use crate::credentials::Credentials;

#[cfg(any(windows, feature = "gssapi"))]
mod native;
mod password;

/// Which protocol proves it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Protocol {
    /// Kerberos, and NTLM where no domain controller is found.
    #[default]
    Auto,
    /// Kerberos only.
    Kerberos,
    /// NTLM only.
    Ntlm,
}

/// What a sign-in needs to know of the server and of the wishes of the user.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Name of the server as in its certificate and its service principal name.
    pub(crate) host: String,
    pub(crate) protocol: Protocol,
    /// A domain controller, `host` or `host:port`; otherwise the name of the domain leads to one.
    pub(crate) kdc: Option<String>,
}

/// One sign-in: a conversation of tokens on one connection.
pub(crate) trait Handshake: Send {
    /// Word of the `Authorization` header: `Negotiate` or `NTLM`.
    fn scheme(&self) -> &'static str;

    /// Takes the server's token (none in the first round) and gives the next, or nothing when all is said.
    fn step(&mut self, token: Option<&[u8]>) -> Result<Option<Vec<u8>>, SignInError>;
}

/// Why somebody could not sign in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum SignInError {
    /// No domain controller answers for Kerberos.
    NoDomainController { port: String, why: String },
    /// The account or the password is wrong, or the account may not sign in.
    Denied(String),
    /// The server offers nothing that this program can do.
    NotOffered(String),
    /// Everything else.
    Other(String),
}

impl fmt::Display for SignInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignInError::NoDomainController { why, .. } => write!(f, "no domain controller answers ({why})"),
            SignInError::Denied(why) => write!(f, "the domain controller refused the account ({why})"),
            SignInError::NotOffered(offered) => {
                write!(f, "the server offers no sign-in that fits, only {offered}")
            }
            SignInError::Other(why) => f.write_str(why),
        }
    }
}

/// Whether this build can sign in with what the signed-in user has.
pub(crate) const fn can_use_signed_in_user() -> bool {
    cfg!(any(windows, feature = "gssapi"))
}

/// Begins a sign-in by one of the schemes that the server offered.
pub(crate) fn begin(
    credentials: &Credentials,
    target: &Target,
    offered: &[String],
) -> Result<Box<dyn Handshake>, SignInError> {
    let offers = |scheme: &str| offered.iter().any(|o| o.eq_ignore_ascii_case(scheme));
    if !offers("Negotiate") && !offers("NTLM") {
        let list = if offered.is_empty() { "nothing".to_owned() } else { offered.join(", ") };
        return Err(SignInError::NotOffered(list));
    }
    match credentials {
        Credentials::SignedIn => signed_in(target),
        Credentials::Given(account) => match target.protocol {
            Protocol::Kerberos if offers("Negotiate") => password::kerberos(account, target),
            Protocol::Kerberos => Err(SignInError::NotOffered(offered.join(", "))),
            Protocol::Ntlm => password::ntlm(account, target, offers("NTLM")),
            Protocol::Auto if offers("Negotiate") => match password::kerberos(account, target) {
                // A wrong password is wrong for NTLM too, and would count twice towards the lock-out.
                Err(SignInError::NoDomainController { .. }) => {
                    password::ntlm(account, target, offers("NTLM"))
                }
                outcome => outcome,
            },
            Protocol::Auto => password::ntlm(account, target, true),
        },
    }
}

#[cfg(any(windows, feature = "gssapi"))]
fn signed_in(target: &Target) -> Result<Box<dyn Handshake>, SignInError> {
    native::begin(target)
}

#[cfg(not(any(windows, feature = "gssapi")))]
fn signed_in(_: &Target) -> Result<Box<dyn Handshake>, SignInError> {
    Err(SignInError::Other("this build cannot use the tickets of the signed-in user".to_owned()))
}
