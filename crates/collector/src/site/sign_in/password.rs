//! An account with its password, without the help of the system.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use sspi::generator::NetworkRequest;
use sspi::network_client::{NetworkClient, NetworkProtocol};
use sspi::ntlm::NtlmConfig;
use sspi::{
    AuthIdentity, BufferType, ClientRequestFlags, CredentialUse, Credentials, CredentialsBuffers,
    DataRepresentation, ErrorKind, KerberosConfig, Negotiate, NegotiateConfig, Ntlm, SecurityBuffer,
    SecurityStatus, Sspi, SspiImpl, Username,
};

use super::{Handshake, SignInError, Target};
use crate::credentials::Account;

/// What the provider's audit shows as the name of this computer. It proves nothing.
const WORKSTATION: &str = "CMLINT";
/// Kerberos, RFC 4120 7.2.1.
const KERBEROS_PORT: u16 = 88;
const PATIENCE: Duration = Duration::from_secs(15);
/// More than any answer of a domain controller; a wrong length must not cost the memory.
const LONGEST_ANSWER: usize = 1 << 20;

/// Gets the tickets at once, so that a wrong password is known before the server is asked again.
pub(super) fn kerberos(account: &Account, target: &Target) -> Result<Box<dyn Handshake>, SignInError> {
    let realm = realm(account, &target.host);
    let kdc = target.kdc.clone().unwrap_or_else(|| realm.clone());
    let (host, port) = match kdc.rsplit_once(':').and_then(|(h, p)| Some((h.to_owned(), p.parse().ok()?))) {
        Some(pair) => pair,
        None => (kdc, KERBEROS_PORT),
    };
    let (_, name) = account.parts();
    let username = Username::new_upn(name, &realm).map_err(|e| SignInError::Other(e.to_string()))?;
    let identity = AuthIdentity { username, password: account.password().to_owned().into() };
    let url = format!("tcp://{host}:{port}");
    let config = KerberosConfig::new_with_kdc_url(&url, WORKSTATION.to_owned());
    let (package, handle) = negotiate(Box::new(config), "kerberos,!ntlm", identity.into())?;
    let controller = DomainController { port: format!("{host}:{port}") };
    let mut handshake = Negotiated { package, handle, service: service(target), controller, first: None };
    handshake.first = handshake.next(&[])?;
    Ok(Box::new(handshake))
}

/// `raw`: the server offers the scheme `NTLM`, which more servers understand than NTLM inside of Negotiate.
pub(super) fn ntlm(account: &Account, target: &Target, raw: bool) -> Result<Box<dyn Handshake>, SignInError> {
    let (domain, name) = account.parts();
    // A user principal name goes as it is, without a domain: the server finds the domain.
    let username = match domain {
        Some(_) if account.name.contains('@') => Username::new(&account.name, None),
        domain => Username::new(name, domain),
    }
    .map_err(|e| SignInError::Other(e.to_string()))?;
    let identity = AuthIdentity { username, password: account.password().to_owned().into() };
    if raw {
        let mut package = Ntlm::new();
        let handle = package
            .acquire_credentials_handle()
            .with_credential_use(CredentialUse::Outbound)
            .with_auth_data(&identity)
            .execute(&mut package)
            .map_err(|e| other(&e))?
            .credentials_handle;
        return Ok(Box::new(RawNtlm { package, handle, service: service(target), done: false }));
    }
    let config = NtlmConfig::new(WORKSTATION.to_owned());
    let (package, handle) = negotiate(Box::new(config), "!kerberos,ntlm", identity.into())?;
    let controller = DomainController { port: String::new() };
    Ok(Box::new(Negotiated { package, handle, service: service(target), controller, first: None }))
}

/// The Kerberos realm: the domain of the account's name if it is a DNS name, else the domain of the server.
fn realm(account: &Account, host: &str) -> String {
    match account.parts().0 {
        Some(domain) if domain.contains('.') => domain.to_owned(),
        _ => host.split_once('.').map_or(host, |(_, domain)| domain).to_owned(),
    }
}

fn service(target: &Target) -> String {
    format!("HTTP/{}", target.host)
}

fn negotiate(
    config: Box<dyn sspi::negotiate::ProtocolConfig>,
    packages: &str,
    credentials: Credentials,
) -> Result<(Negotiate, Option<CredentialsBuffers>), SignInError> {
    let config = NegotiateConfig::new(config, Some(packages.to_owned()), WORKSTATION.to_owned());
    let mut package = Negotiate::new_client(config).map_err(|e| other(&e))?;
    let handle = package
        .acquire_credentials_handle()
        .with_credential_use(CredentialUse::Outbound)
        .with_auth_data(&credentials)
        .execute(&mut package)
        .map_err(|e| other(&e))?
        .credentials_handle;
    Ok((package, handle))
}

struct RawNtlm {
    package: Ntlm,
    handle: Option<sspi::AuthIdentityBuffers>,
    service: String,
    done: bool,
}

impl Handshake for RawNtlm {
    fn scheme(&self) -> &'static str {
        "NTLM"
    }

    fn step(&mut self, token: Option<&[u8]>) -> Result<Option<Vec<u8>>, SignInError> {
        if self.done {
            return Ok(None);
        }
        let mut input = [SecurityBuffer::new(token.unwrap_or_default().to_vec(), BufferType::Token)];
        let mut output = vec![SecurityBuffer::new(Vec::new(), BufferType::Token)];
        let mut builder = self
            .package
            .initialize_security_context()
            .with_credentials_handle(&mut self.handle)
            .with_context_requirements(ClientRequestFlags::empty())
            .with_target_data_representation(DataRepresentation::Native)
            .with_target_name(&self.service)
            .with_input(&mut input)
            .with_output(&mut output);
        let step = self.package.initialize_security_context_impl(&mut builder);
        let result = step.and_then(|mut step| step.resolve_to_result()).map_err(|e| other(&e))?;
        self.done = result.status == SecurityStatus::Ok;
        Ok(Some(std::mem::take(&mut output[0].buffer)).filter(|t| !t.is_empty()))
    }
}

struct Negotiated {
    package: Negotiate,
    handle: Option<CredentialsBuffers>,
    service: String,
    controller: DomainController,
    first: Option<Vec<u8>>,
}

impl Negotiated {
    fn next(&mut self, token: &[u8]) -> Result<Option<Vec<u8>>, SignInError> {
        let mut input = [SecurityBuffer::new(token.to_vec(), BufferType::Token)];
        let mut output = vec![SecurityBuffer::new(Vec::new(), BufferType::Token)];
        let mut builder = self
            .package
            .initialize_security_context()
            .with_credentials_handle(&mut self.handle)
            .with_context_requirements(ClientRequestFlags::MUTUAL_AUTH)
            .with_target_data_representation(DataRepresentation::Native)
            .with_target_name(&self.service)
            .with_input(&mut input)
            .with_output(&mut output);
        let port = &self.controller.port;
        let step = self.package.initialize_security_context_impl(&mut builder);
        step.and_then(|mut step| step.resolve_with_client(&self.controller)).map_err(|e| denied(&e, port))?;
        Ok(Some(std::mem::take(&mut output[0].buffer)).filter(|t| !t.is_empty()))
    }
}

impl Handshake for Negotiated {
    fn scheme(&self) -> &'static str {
        "Negotiate"
    }

    fn step(&mut self, token: Option<&[u8]>) -> Result<Option<Vec<u8>>, SignInError> {
        match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.next(token.unwrap_or_default()),
        }
    }
}

/// A domain controller, asked for tickets over TCP.
#[derive(Clone, Debug)]
struct DomainController {
    port: String,
}

impl NetworkClient for DomainController {
    fn send(&self, request: &NetworkRequest) -> sspi::Result<Vec<u8>> {
        if !matches!(request.protocol, NetworkProtocol::Tcp) {
            return Err(sspi::Error::new(ErrorKind::UnsupportedFunction, "only TCP is spoken".to_owned()));
        }
        self.ask(&request.data).map_err(|e| {
            sspi::Error::new(ErrorKind::NoAuthenticatingAuthority, format!("{}: {e}", self.port))
        })
    }
}

impl DomainController {
    /// A message behind its length in four bytes, both ways (RFC 4120 7.2.2); `data` has it already.
    fn ask(&self, data: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut last = std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address");
        for address in self.port.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, PATIENCE) {
                Ok(stream) => return answer(stream, data),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

fn answer(mut stream: TcpStream, data: &[u8]) -> std::io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(data)?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let long = u32::from_be_bytes(length) as usize;
    if long > LONGEST_ANSWER {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "this is no answer of Kerberos"));
    }
    let mut message = vec![0; 4 + long];
    message[..4].copy_from_slice(&length);
    stream.read_exact(&mut message[4..])?;
    Ok(message)
}

fn other(error: &sspi::Error) -> SignInError {
    SignInError::Other(error.description.clone())
}

fn denied(error: &sspi::Error, port: &str) -> SignInError {
    match error.error_type {
        ErrorKind::NoAuthenticatingAuthority => {
            SignInError::NoDomainController { port: port.to_owned(), why: error.description.clone() }
        }
        ErrorKind::TimeSkew => {
            SignInError::Other("this computer's clock differs too much from the domain's".to_owned())
        }
        _ => SignInError::Denied(error.description.clone()),
    }
}
