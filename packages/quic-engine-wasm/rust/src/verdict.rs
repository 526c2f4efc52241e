//! What the host says of a peer, and how rustls carries it to the end of the handshake.

use std::fmt;

use rustls::{CertificateError, Error, OtherError};

/// What the host says of a peer.
pub enum Verdict {
    /// Nothing is wrong so far.
    Good,
    /// It shows a certificate that is trusted by itself: there is no chain to be checked.
    Trusted,
    Refused(Refusal),
}

/// Why the host refuses a peer, and the alert of TLS that tells it.
#[derive(Debug)]
pub struct Refusal {
    pub alert: u8,
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// The refusal that an error of rustls carries.
    pub fn of(error: &Error) -> Option<&Self> {
        match error {
            Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) => {
                inner.downcast_ref()
            }
            _ => None,
        }
    }
}
