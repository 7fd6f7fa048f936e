//! Whom to believe that a server is the one it says: the certificates of the system, those of a file, or one
//! certificate by its hash. There is no way to believe everybody.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::out::hex;

/// Whom to believe.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct TlsArgs {
    /// Believe certificates that are signed by one of this file (PEM), and no others.
    #[arg(long, value_name = "FILE", conflicts_with = "pin_sha256")]
    pub ca_file: Option<PathBuf>,
    /// Believe the one certificate that has this SHA-256 hash (64 hexadecimal digits, colons allowed), whoever signed it.
    ///
    /// ConfigMgr signs the AdminService's certificate itself. Its hash is shown on the site server by:
    /// Get-ChildItem Cert:\LocalMachine\SMS | ForEach-Object { $_.Subject, $_.GetCertHashString('SHA256') }
    #[arg(long, value_name = "HASH")]
    pub pin_sha256: Option<String>,
}

/// What rustls needs to know, for HTTPS and for LDAP.
///
/// # Errors
/// When a file or a hash cannot be read, or the system has no certificates to believe.
pub fn client_config(args: &TlsArgs) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|e| Failure::Usage(format!("TLS: {e}")))?;
    if let Some(hash) = &args.pin_sha256 {
        let verifier = Pinned { hash: pinned(hash)?, provider };
        return Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth());
    }
    let roots = match &args.ca_file {
        Some(file) => roots_of(file)?,
        None => system_roots()?,
    };
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|e| Failure::Usage(format!("TLS: {e}")))?;
    Ok(builder.with_webpki_verifier(verifier).with_no_client_auth())
}

fn roots_of(file: &Path) -> Result<RootCertStore, Failure> {
    let bad =
        |why: String| Failure::Usage(format!("{}: {why}; expected certificates as PEM", file.display()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|e| bad(e.to_string()))? {
        let certificate = certificate.map_err(|e| bad(e.to_string()))?;
        roots.add(certificate).map_err(|e| bad(e.to_string()))?;
    }
    if roots.is_empty() { Err(bad("no certificate in it".to_owned())) } else { Ok(roots) }
}

fn system_roots() -> Result<RootCertStore, Failure> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let text =
            "this system has no certificates to believe; name the server's with --ca-file or --pin-sha256";
        return Err(Failure::Usage(text.to_owned()));
    }
    Ok(roots)
}

fn pinned(hash: &str) -> Result<String, Failure> {
    let digits: String =
        hash.chars().filter(|c| !matches!(c, ':' | ' ')).collect::<String>().to_ascii_lowercase();
    if digits.len() == 64 && digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return Ok(digits);
    }
    let text = format!("`{hash}` is no SHA-256 hash: expected 64 hexadecimal digits, found {}", digits.len());
    Err(Failure::Usage(text))
}

/// Believes one certificate. Its name, its dates and its issuer do not matter: whoever pins a certificate has looked
/// at it. That the server holds its key is proven as always.
#[derive(Debug)]
struct Pinned {
    hash: String,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let found = hex(&Sha256::digest(end_entity));
        if found == self.hash {
            return Ok(ServerCertVerified::assertion());
        }
        let text = format!("the server's certificate has the SHA-256 hash {found}, not the pinned one");
        Err(Error::InvalidCertificate(CertificateError::Other(rustls::OtherError(Arc::new(Failure::Usage(
            text,
        ))))))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
