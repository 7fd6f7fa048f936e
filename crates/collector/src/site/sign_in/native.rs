//! The signed-in user: the sign-in of Windows, or the Kerberos tickets of a Unix session.

use cross_krb5::{ClientCtx, InitiateFlags, PendingClientCtx, Step};

use super::{Handshake, SignInError, Target};

struct Native {
    pending: Option<PendingClientCtx>,
    first: Option<Vec<u8>>,
}

pub(super) fn begin(target: &Target) -> Result<Box<dyn Handshake>, SignInError> {
    let service = format!("HTTP/{}", target.host);
    let (pending, token) = ClientCtx::new(InitiateFlags::NEGOTIATE_TOKEN, None, &service, None)
        .map_err(|e| SignInError::Other(format!("the signed-in user has no ticket for {service}: {e:#}")))?;
    Ok(Box::new(Native { pending: Some(pending), first: Some(token.to_vec()) }))
}

impl Handshake for Native {
    fn scheme(&self) -> &'static str {
        "Negotiate"
    }

    fn step(&mut self, token: Option<&[u8]>) -> Result<Option<Vec<u8>>, SignInError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let (Some(pending), Some(token)) = (self.pending.take(), token) else { return Ok(None) };
        match pending.step(token).map_err(|e| SignInError::Other(format!("{e:#}")))? {
            Step::Finished((_, token)) => Ok(token.map(|t| t.to_vec())),
            Step::Continue((pending, token)) => {
                self.pending = Some(pending);
                Ok(Some(token.to_vec()))
            }
        }
    }
}
