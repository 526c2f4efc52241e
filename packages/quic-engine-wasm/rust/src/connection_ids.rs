//! Connection IDs of one endpoint.

use std::time::Duration;

use quinn_proto::{ConnectionId, ConnectionIdGenerator};

use crate::host;

/// Gives out one ID that the host knows, and random ones should there be need of others.
pub struct ConnectionIds(Option<[u8; Self::LENGTH]>);

impl ConnectionIds {
    /// In bytes.
    pub const LENGTH: usize = 16;

    pub fn beginning_with(id: [u8; Self::LENGTH]) -> Self {
        Self(Some(id))
    }
}

impl ConnectionIdGenerator for ConnectionIds {
    fn generate_cid(&mut self) -> ConnectionId {
        ConnectionId::new(&self.0.take().unwrap_or_else(host::random_bytes))
    }

    fn cid_len(&self) -> usize {
        Self::LENGTH
    }

    fn cid_lifetime(&self) -> Option<Duration> {
        None
    }
}
