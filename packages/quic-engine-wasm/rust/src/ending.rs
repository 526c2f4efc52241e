//! How connections end.

use quinn_proto::ConnectionError;

/// Who ended a connection, and how.
pub struct End {
    pub by: EndedBy,
    /// Whether `code` is the application's.
    pub application: bool,
    pub code: u64,
    pub reason: Vec<u8>,
}

#[derive(Clone, Copy)]
pub enum EndedBy {
    Peer = 1,
    Local = 2,
    Timeout = 3,
}

impl End {
    /// What quinn says of it.
    pub fn of(error: &ConnectionError) -> Self {
        let local = |code: u64, reason: &str| End {
            by: EndedBy::Local,
            application: false,
            code,
            reason: reason.as_bytes().to_vec(),
        };
        match error {
            ConnectionError::ConnectionClosed(close) => End {
                by: EndedBy::Peer,
                application: false,
                code: close.error_code.into(),
                reason: close.reason.to_vec(),
            },
            ConnectionError::ApplicationClosed(close) => End {
                by: EndedBy::Peer,
                application: true,
                code: close.error_code.into_inner(),
                reason: close.reason.to_vec(),
            },
            ConnectionError::Reset => End {
                by: EndedBy::Peer,
                application: false,
                code: 0,
                reason: b"the peer no longer knows the connection".to_vec(),
            },
            ConnectionError::TimedOut => End {
                by: EndedBy::Timeout,
                application: false,
                code: 0,
                reason: b"no recent network activity".to_vec(),
            },
            ConnectionError::TransportError(error) => local(error.code.into(), &error.reason),
            ConnectionError::VersionMismatch => {
                local(0, "the peer speaks no version of QUIC that is known here")
            }
            other => local(0, &other.to_string()),
        }
    }
}
