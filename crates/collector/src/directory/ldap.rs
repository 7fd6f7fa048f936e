//! A directory over LDAP: protected connections only, in pages, with owner, group and DACL of descriptors.

use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::time::Duration;

use ldap3::controls::{ControlType, PagedResults, RawControl};
use ldap3::{LdapConn, LdapConnSettings, LdapError, LdapResult, ResultEntry, Scope, SearchEntry};
use rustls::ClientConfig;

use super::entry::{Depth, Directory, Entry, Page, Question, Refusal};
use crate::{Account, Credentials};

/// Objects in a page. Domain controllers give up to 1000.
const PAGE: i32 = 500;

/// How long a server may take to accept a connection, and to answer a question.
const CONNECT: Duration = Duration::from_secs(15);
/// See [`CONNECT`].
const ANSWER: Duration = Duration::from_secs(120);

/// `LDAP_SERVER_SD_FLAGS_OID` (MS-ADTS 3.1.1.3.4.1.11): owner, group and DACL. With the SACL, which takes a right that
/// nobody should need here, a plain user would get no descriptor at all.
const SD_FLAGS: &str = "1.2.840.113556.1.4.801";
const OWNER_GROUP_DACL: [u8; 5] = [0x30, 3, 2, 1, 7];

/// `LDAP_SERVER_EXTENDED_DN_OID` is not asked for: names are compared as they are.
///
/// How a connection is protected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Protection {
    /// TLS from the first byte (`ldaps`).
    Tls,
    /// TLS before anything else is said (StartTLS).
    StartTls,
    /// Signing and sealing by Kerberos, without TLS.
    Sealed,
    /// None: refused before anything is sent.
    Nothing,
}

/// Where and how to sign in.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// DNS name, which is in the certificate and in the Kerberos ticket.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub protection: Protection,
}

impl Server {
    /// The address as people write it.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.protection == Protection::Tls { "ldaps" } else { "ldap" };
        format!("{scheme}://{}:{}", self.host, self.port)
    }
}

/// A connection that is signed in.
pub(crate) struct Ldap {
    connection: LdapConn,
}

/// Whether this program can sign in as the user who runs it.
pub(crate) const CAN_SIGN_IN: bool = cfg!(any(windows, feature = "gssapi"));

impl Ldap {
    /// Connects and signs in.
    ///
    /// # Errors
    /// Why that is not possible. A password is never sent over a connection that others can read.
    pub(crate) fn sign_in(
        server: &Server,
        credentials: &Credentials,
        tls: ClientConfig,
    ) -> Result<Ldap, Refusal> {
        match (server.protection, credentials) {
            (Protection::Nothing | Protection::Sealed, Credentials::Given(_)) => {
                let text = format!(
                    "{} would carry the password unencrypted; use ldaps:// or --starttls, or the Kerberos sign-in of \
                     the user who runs this",
                    server.url()
                );
                return Err(Refusal::Unprotected(text));
            }
            (Protection::Nothing, Credentials::SignedIn) => {
                return Err(Refusal::Unprotected(format!("{} is not encrypted", server.url())));
            }
            _ => {}
        }
        reachable(server)?;
        let settings = LdapConnSettings::new()
            .set_conn_timeout(CONNECT)
            .set_starttls(server.protection == Protection::StartTls)
            .set_config(Arc::new(tls));
        let mut connection =
            LdapConn::with_settings(settings, &server.url()).map_err(|e| connect_refusal(server, &e))?;
        match credentials {
            Credentials::Given(account) => simple(&mut connection, account)?,
            Credentials::SignedIn => signed_in(&mut connection, server)?,
        }
        Ok(Ldap { connection })
    }
}

/// Whether something listens there: the LDAP library does not tell a closed port from a certificate that it dislikes.
fn reachable(server: &Server) -> Result<(), Refusal> {
    let unreachable =
        |what: String| Refusal::Unreachable { host: server.host.clone(), port: server.port, what };
    let addresses: Vec<_> = (server.host.as_str(), server.port)
        .to_socket_addrs()
        .map_err(|e| unreachable(e.to_string()))?
        .collect();
    let mut last = "the name has no address".to_owned();
    for address in addresses {
        match std::net::TcpStream::connect_timeout(&address, CONNECT) {
            Ok(_) => return Ok(()),
            Err(e) => last = e.to_string(),
        }
    }
    Err(unreachable(last))
}

fn simple(connection: &mut LdapConn, account: &Account) -> Result<(), Refusal> {
    // An empty password makes a simple bind anonymous (RFC 4513, 5.1.2), and the server would say yes.
    if account.password().is_empty() {
        return Err(Refusal::Credentials("the password is empty".to_owned()));
    }
    let result = connection.with_timeout(ANSWER).simple_bind(&account.name, account.password());
    bound(result.map_err(|e| refusal(&e))?)
}

#[cfg(any(windows, feature = "gssapi"))]
fn signed_in(connection: &mut LdapConn, server: &Server) -> Result<(), Refusal> {
    let result = connection.with_timeout(ANSWER).sasl_gssapi_bind(&server.host);
    match result {
        Ok(result) => bound(result),
        Err(LdapError::GssapiOperationError(what)) => {
            Err(Refusal::Credentials(format!("no Kerberos ticket: {what}")))
        }
        Err(other) => Err(refusal(&other)),
    }
}

#[cfg(not(any(windows, feature = "gssapi")))]
fn signed_in(_: &mut LdapConn, _: &Server) -> Result<(), Refusal> {
    Err(Refusal::Unprotected("this program was built without Kerberos (feature `gssapi`)".to_owned()))
}

fn bound(result: LdapResult) -> Result<(), Refusal> {
    match result.rc {
        0 => Ok(()),
        49 => Err(Refusal::Credentials(why_credentials(&result.text))),
        8 | 13 => Err(Refusal::Unprotected(format!("the server wants more protection ({})", result.text))),
        _ => Err(of_result(&result)),
    }
}

/// What a domain controller means by the number in `…, data 52e, v3839`.
fn why_credentials(text: &str) -> String {
    let data = text.split("data ").nth(1).map(|rest| rest.split([',', ' ']).next().unwrap_or_default());
    let why = match data {
        Some("525") => "there is no such account",
        Some("530") => "the account may not sign in at this time",
        Some("531") => "the account may not sign in from this computer",
        Some("532") => "the password has expired",
        Some("533") => "the account is disabled",
        Some("701") => "the account has expired",
        Some("773") => "the password must be changed first",
        Some("775") => "the account is locked",
        _ => "the name or the password is wrong",
    };
    why.to_owned()
}

impl Directory for Ldap {
    fn page(&mut self, question: &Question<'_>, from: &[u8]) -> Result<Page, Refusal> {
        let scope = match question.depth {
            Depth::Base => Scope::Base,
            Depth::Children => Scope::OneLevel,
            Depth::Tree => Scope::Subtree,
        };
        let mut controls = Vec::new();
        let descriptors =
            question.attributes.iter().any(|a| a.eq_ignore_ascii_case(super::attributes::DESCRIPTOR));
        if descriptors {
            let val = Some(OWNER_GROUP_DACL.to_vec());
            controls.push(RawControl { ctype: SD_FLAGS.to_owned(), crit: true, val });
        }
        if question.depth != Depth::Base {
            controls.push(PagedResults { size: PAGE, cookie: from.to_vec() }.into());
        }
        let connection = self.connection.with_timeout(ANSWER);
        let answer = connection
            .with_controls(controls)
            .search(question.base, scope, question.filter, question.attributes.to_vec())
            .map_err(|e| refusal(&e))?;
        let (entries, result) = (answer.0, answer.1);
        // 10 is a referral: a part of the tree that another server holds.
        if !matches!(result.rc, 0 | 10) {
            return Err(of_result(&result));
        }
        let next = result.ctrls.iter().find_map(|control| match &control.0 {
            Some(ControlType::PagedResults) => Some(control.1.parse::<PagedResults>().cookie),
            _ => None,
        });
        let entries =
            entries.into_iter().filter(|e| !e.is_ref() && !e.is_intermediate()).map(entry).collect();
        Ok(Page { entries, next: next.filter(|cookie| !cookie.is_empty()) })
    }
}

fn entry(answer: ResultEntry) -> Entry {
    let found = SearchEntry::construct(answer);
    let text = found
        .attrs
        .into_iter()
        .map(|(name, values)| (name, values.into_iter().map(String::into_bytes).collect()));
    let mut attributes: Vec<(String, Vec<Vec<u8>>)> = text.collect();
    for (name, values) in found.bin_attrs {
        // An attribute of which some values are text and some are not comes in both.
        match attributes.iter_mut().find(|(n, _)| *n == name) {
            Some((_, known)) => known.extend(values),
            None => attributes.push((name, values)),
        }
    }
    // The library keeps no order; class first, then by name, is one.
    attributes.sort_by(|(a, _), (b, _)| {
        let key = |n: &str| (!n.eq_ignore_ascii_case("objectClass"), n.to_ascii_lowercase());
        key(a).cmp(&key(b))
    });
    Entry { dn: found.dn, attributes }
}

fn connect_refusal(server: &Server, error: &LdapError) -> Refusal {
    match error {
        LdapError::Timeout { .. } => Refusal::Unreachable {
            host: server.host.clone(),
            port: server.port,
            what: "no answer in time".to_owned(),
        },
        LdapError::Io { source } => {
            let inner = source.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>());
            match inner {
                Some(rustls::Error::InvalidCertificate(why)) => Refusal::Certificate(format!(
                    "{why}; name its authority with --ca-file, or itself with --pin-sha256"
                )),
                Some(other) => Refusal::Certificate(other.to_string()),
                None => Refusal::Broken(format!("no TLS on {}:{}: {source}", server.host, server.port)),
            }
        }
        LdapError::LdapResult { result } => {
            Refusal::Unprotected(format!("the server does not do StartTLS ({}: {})", result.rc, result.text))
        }
        other => refusal(other),
    }
}

fn refusal(error: &LdapError) -> Refusal {
    match error {
        LdapError::LdapResult { result } => of_result(result),
        other => Refusal::Broken(other.to_string()),
    }
}

fn of_result(result: &LdapResult) -> Refusal {
    // The server's text ends in a NUL on Windows.
    let text = format!("{} ({})", result.text.trim_end_matches('\0').trim(), result.rc);
    match result.rc {
        3 | 4 | 11 => Refusal::Limit(text),
        8 | 13 => Refusal::Unprotected(text),
        32 => Refusal::NoSuchObject,
        49 => Refusal::Credentials(why_credentials(&result.text)),
        50 => Refusal::Denied(text),
        // Syntax and constraint errors belong to one question: an odd name in the snapshot, for example.
        16..=21 | 34 => Refusal::Limit(text),
        // `operationsError` is how a domain controller says that nobody has signed in.
        1 => Refusal::Denied(text),
        _ => Refusal::Broken(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_refused_sign_in_is_put_into_words() {
        let text = "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 775, v3839";
        assert_eq!(why_credentials(text), "the account is locked");
        assert_eq!(why_credentials("data 52e"), "the name or the password is wrong");
        assert_eq!(
            why_credentials("Simple Bind Failed: NT_STATUS_LOGON_FAILURE"),
            "the name or the password is wrong"
        );
    }
}
