use std::error::Error as _;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::blocking::{Client, Response};
use reqwest::header::{AUTHORIZATION, HeaderMap, RETRY_AFTER, WWW_AUTHENTICATE};
use reqwest::{StatusCode, redirect};

use super::sign_in::{self, Handshake, SignInError, Target};
use super::trouble::Trouble;
use crate::Failure;
use crate::credentials::Credentials;

/// Bytes of one answer. A page of a thousand rows has a few megabytes.
const LONGEST_ANSWER: u64 = 256 << 20;
/// Rounds of one sign-in; NTLM has two, Kerberos one or two.
const ROUNDS: u32 = 6;
/// How often a question is asked that fails in a passing way.
const TRIES: u32 = 5;
/// The longest wait that a server may ask for.
const LONGEST_WAIT: u64 = 60;

/// How to reach a provider. Shared by its connections.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// `https://cm02.contoso.com/AdminService/`.
    pub(crate) base: String,
    pub(crate) port: u16,
    pub(crate) target: Target,
    pub(crate) tls: rustls::ClientConfig,
    pub(crate) credentials: Credentials,
    /// Waits before a question is asked again.
    pub(crate) pause: fn(Duration),
}

/// One connection to a provider. A sign-in belongs to its connection, so that each has exactly one, and asks one
/// question after the other.
pub(crate) struct Connection {
    endpoint: Arc<Endpoint>,
    http: Client,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(endpoint: Arc<Endpoint>) -> Result<Connection, Failure> {
        let http = Client::builder()
            .tls_backend_preconfigured(endpoint.tls.clone())
            .http1_only()
            .https_only(true)
            .pool_max_idle_per_host(1)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(15))
            .timeout(Duration::from_secs(300))
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| Failure::Usage(format!("no HTTPS: {}", causes(&e))))?;
        Ok(Connection { endpoint, http })
    }

    /// Asks for a path below the base; `note` hears why it is asked again.
    pub(crate) fn get(&self, path: &str, note: &dyn Fn(&str)) -> Result<Vec<u8>, Trouble> {
        let mut tries = 1;
        loop {
            match self.once(path) {
                Err(trouble) if trouble.passes() && tries < TRIES => {
                    let Trouble::Passing { what, after } = &trouble else { return Err(trouble) };
                    let wait = after.map_or(Duration::from_millis(500 << tries), |s| {
                        Duration::from_secs(s.min(LONGEST_WAIT))
                    });
                    note(&format!("{what}; asking again"));
                    (self.endpoint.pause)(wait);
                    tries += 1;
                }
                outcome => return outcome,
            }
        }
    }

    fn once(&self, path: &str) -> Result<Vec<u8>, Trouble> {
        let url = format!("{}{path}", self.endpoint.base);
        // A connection may be new without anybody saying so, and a server may want a sign-in once for a connection or
        // with each question: only the server knows, so that it is asked without one first.
        let mut answer = self.send(&url, None)?;
        if answer.status == StatusCode::UNAUTHORIZED {
            answer = self.sign_in(&url, &schemes(&answer.headers))?;
        }
        judge(answer)
    }

    fn sign_in(&self, url: &str, offered: &[String]) -> Result<Answer, Trouble> {
        let endpoint = &*self.endpoint;
        let mut handshake =
            sign_in::begin(&endpoint.credentials, &endpoint.target, offered).map_err(Trouble::SignIn)?;
        let mut token = None;
        for _ in 0..ROUNDS {
            let Some(next) = handshake.step(token.as_deref()).map_err(Trouble::SignIn)? else { break };
            let header = format!("{} {}", handshake.scheme(), BASE64.encode(next));
            let answer = self.send(url, Some(header))?;
            token = token_of(&answer.headers, handshake.scheme());
            if answer.status != StatusCode::UNAUTHORIZED {
                prove_server(&mut *handshake, token.as_deref())?;
                return Ok(answer);
            }
            if token.is_none() {
                break;
            }
        }
        Err(Trouble::Unknown)
    }

    fn send(&self, url: &str, authorization: Option<String>) -> Result<Answer, Trouble> {
        let mut request = self.http.get(url).header("Accept", "application/json");
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let response = request.send().map_err(|e| self.trouble(&e))?;
        // The body is read to its end in any case: otherwise the connection, and the sign-in with it, is lost.
        self.read(response)
    }

    fn read(&self, response: Response) -> Result<Answer, Trouble> {
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        response.take(LONGEST_ANSWER + 1).read_to_end(&mut body).map_err(|e| Trouble::Passing {
            what: format!("the connection was cut in the middle of an answer ({e})"),
            after: None,
        })?;
        if body.len() as u64 > LONGEST_ANSWER {
            return Err(Trouble::Other(format!("an answer was longer than {} MiB", LONGEST_ANSWER >> 20)));
        }
        Ok(Answer { status, headers, body })
    }

    fn trouble(&self, error: &reqwest::Error) -> Trouble {
        let why = causes(error);
        if let Some(tls) = cause::<rustls::Error>(error) {
            return Trouble::Tls(tls_words(tls));
        }
        if error.is_connect() {
            return Trouble::Unreachable {
                host: self.endpoint.target.host.clone(),
                port: self.endpoint.port,
                why,
            };
        }
        if error.is_timeout() {
            return Trouble::Passing { what: "there was no answer in five minutes".to_owned(), after: None };
        }
        Trouble::Passing { what: format!("the connection was cut ({why})"), after: None }
    }
}

/// The server proves who it is by its last token. Where it sends none there is nothing to check: its certificate was.
fn prove_server(handshake: &mut dyn Handshake, token: Option<&[u8]>) -> Result<(), Trouble> {
    let Some(token) = token else { return Ok(()) };
    handshake.step(Some(token)).map(|_| ()).map_err(|error| match error {
        SignInError::Denied(why) | SignInError::Other(why) => {
            Trouble::SignIn(SignInError::Other(format!("the server did not prove who it is ({why})")))
        }
        error => Trouble::SignIn(error),
    })
}

fn judge(answer: Answer) -> Result<Vec<u8>, Trouble> {
    let status = answer.status;
    match status.as_u16() {
        200 => Ok(answer.body),
        401 => Err(Trouble::Unknown),
        403 => Err(Trouble::Forbidden),
        404 => Err(Trouble::Missing),
        429 | 500..=599 => {
            let after = answer.headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()?.trim().parse().ok());
            let name = status.canonical_reason().unwrap_or("error");
            Err(Trouble::Passing {
                what: format!("the provider answered {} ({name})", status.as_u16()),
                after,
            })
        }
        code => Err(Trouble::Other(format!("the provider answered {code}{}", message(&answer.body)))),
    }
}

/// What an error of OData says, if it is one: `{"error": {"message": …}}`.
fn message(body: &[u8]) -> String {
    let text = serde_json::from_slice::<serde_json::Value>(body).ok();
    let message = text.as_ref().and_then(|v| v["error"]["message"].as_str());
    message.map(|m| format!(": {}", m.chars().take(200).collect::<String>())).unwrap_or_default()
}

fn schemes(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|v| v.to_str().ok());
    values.flat_map(|v| v.split(',')).filter_map(|v| Some(v.split_whitespace().next()?.to_owned())).collect()
}

fn token_of(headers: &HeaderMap, scheme: &str) -> Option<Vec<u8>> {
    let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|v| v.to_str().ok());
    let mut tokens = values.filter_map(|v| {
        let (word, token) = v.split_once(' ')?;
        word.eq_ignore_ascii_case(scheme).then(|| BASE64.decode(token.trim()).ok()).flatten()
    });
    tokens.find(|t| !t.is_empty())
}

fn causes(error: &reqwest::Error) -> String {
    let mut last = error.source();
    let mut text = error.to_string();
    while let Some(error) = last {
        text = error.to_string();
        last = error.source();
    }
    text
}

/// The error of a kind among the causes of another. An error of input and output does not give the one that it was
/// made of by `source`.
fn cause<'e, E: std::error::Error + 'static>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e E> {
    if let Some(found) = error.downcast_ref::<E>() {
        return Some(found);
    }
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    let of_inner = inner.and_then(|inner| cause(inner));
    of_inner.or_else(|| error.source().and_then(|source| cause(source)))
}

fn tls_words(error: &rustls::Error) -> String {
    use rustls::CertificateError::{
        BadSignature, Expired, NotValidForName, NotValidForNameContext, Other, UnknownIssuer,
    };
    match error {
        rustls::Error::InvalidCertificate(UnknownIssuer | BadSignature) => {
            "its certificate was not signed by anybody who is believed".to_owned()
        }
        rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            "its certificate is for another name".to_owned()
        }
        rustls::Error::InvalidCertificate(Expired) => "its certificate has expired".to_owned(),
        rustls::Error::InvalidCertificate(Other(other)) => match other.to_string().as_str() {
            // webpki's name for a certificate that signs others, and here itself.
            "CaUsedAsEndEntity" => "it signed its certificate itself".to_owned(),
            text => text.to_owned(),
        },
        other => other.to_string(),
    }
}
