//! A small HTTP server, with TLS or behind a web server that has it, that answers as a test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What the server answers.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// The connection is cut when half of the body is sent.
    pub(crate) cut: bool,
}

impl Reply {
    pub(crate) fn json(body: &serde_json::Value) -> Reply {
        Reply { status: 200, headers: Vec::new(), body: body.to_string().into_bytes(), cut: false }
    }

    /// An error that may be asked again at once.
    pub(crate) fn status(status: u16) -> Reply {
        let headers = vec![("Retry-After", "0".to_owned())];
        Reply { status, headers, body: b"no".to_vec(), cut: false }
    }
}

/// Answers the path and query of a request.
pub(crate) type Answer = dyn Fn(&str) -> Reply + Send + Sync;

/// A server on a port of its own, for as long as the process lives.
pub(crate) struct Server {
    pub(crate) port: u16,
    /// The authority that signed the server's certificate, as PEM.
    pub(crate) authority: String,
    /// SHA-256 of the server's certificate.
    pub(crate) pin: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// With TLS, and a certificate for `name`.
    pub(crate) fn tls(name: &str, answer: Box<Answer>) -> Server {
        let issuer = CertifiedIssuer::self_signed(
            {
                let mut params = CertificateParams::new(Vec::new()).unwrap();
                params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
                params
            },
            KeyPair::generate().unwrap(),
        )
        .unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let der = certificate.der().clone();
        let pin = sha256(&der);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![der], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())))
            .unwrap();
        let (port, asked) = serve(Arc::new(config), answer);
        Server { port, authority: issuer.pem(), pin, asked }
    }

    /// Without TLS on a Unix socket, as the neighbour of a web server that has it.
    #[cfg(unix)]
    #[allow(dead_code, reason = "for the tests in the lab")]
    pub(crate) fn unix(socket: &std::path::Path, answer: Box<Answer>) -> Server {
        use std::os::unix::fs::PermissionsExt;
        let listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
        // The web server works for another user.
        std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o777)).unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (heard, answer) = (asked.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (heard, answer) = (heard.clone(), answer.clone());
                std::thread::spawn(move || converse(stream, &**answer, &heard));
            }
        });
        Server { port: 0, authority: String::new(), pin: String::new(), asked }
    }

    /// The paths and queries that were asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn serve(tls: Arc<ServerConfig>, answer: Box<Answer>) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (heard, answer) = (asked.clone(), Arc::new(answer));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (tls, heard, answer) = (tls.clone(), heard.clone(), answer.clone());
            std::thread::spawn(move || {
                let connection = ServerConnection::new(tls).unwrap();
                converse(StreamOwned::new(connection, stream), &**answer, &heard);
            });
        }
    });
    (port, asked)
}

/// Answers the requests of one connection until it ends.
fn converse(stream: impl Read + Write, answer: &Answer, heard: &Mutex<Vec<String>>) {
    let mut stream = BufReader::new(stream);
    while let Some(path) = request(&mut stream) {
        heard.lock().unwrap().push(path.clone());
        let reply = answer(&path);
        let mut head = format!("HTTP/1.1 {} -\r\nContent-Length: {}\r\n", reply.status, reply.body.len());
        for (name, value) in &reply.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let sent = if reply.cut { &reply.body[..reply.body.len() / 2] } else { &reply.body[..] };
        let stream = stream.get_mut();
        let written = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent));
        if written.and_then(|()| stream.flush()).is_err() || reply.cut {
            return;
        }
    }
}

fn request(stream: &mut impl BufRead) -> Option<String> {
    let mut first = String::new();
    stream.read_line(&mut first).ok().filter(|&n| n > 0)?;
    let mut line = String::new();
    while stream.read_line(&mut line).ok().filter(|&n| n > 0)? > 2 {
        line.clear();
    }
    first.split(' ').nth(1).map(str::to_owned)
}

/// A port on which nobody listens.
pub(crate) fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let _ = TcpStream::connect(("127.0.0.1", port));
    port
}
