//! Key exchange, by the host.

use rustls::crypto::{ActiveKeyExchange, SharedSecret, SupportedKxGroup};
use rustls::{Error, NamedGroup, PeerMisbehaved};

use crate::host::KeyPair;

/// A group of the host's, with the length of its public keys.
#[derive(Debug)]
struct Group {
    name: NamedGroup,
    public_bytes: usize,
}

pub static GROUPS: [&'static dyn SupportedKxGroup; 3] = [
    &Group {
        name: NamedGroup::X25519,
        public_bytes: 32,
    },
    &Group {
        name: NamedGroup::secp256r1,
        public_bytes: 65,
    },
    &Group {
        name: NamedGroup::secp384r1,
        public_bytes: 97,
    },
];

struct Exchange {
    pair: KeyPair,
    public_key: Vec<u8>,
    group: NamedGroup,
}

impl SupportedKxGroup for Group {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let mut public_key = vec![0; self.public_bytes];
        let pair = KeyPair::generate(u16::from(self.name).into(), &mut public_key);
        Ok(Box::new(Exchange {
            pair,
            public_key,
            group: self.name,
        }))
    }

    fn name(&self) -> NamedGroup {
        self.name
    }
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        let secret = self
            .pair
            .secret_with(peer)
            .ok_or(PeerMisbehaved::InvalidKeyShare)?;
        Ok(SharedSecret::from(secret))
    }

    fn pub_key(&self) -> &[u8] {
        &self.public_key
    }

    fn group(&self) -> NamedGroup {
        self.group
    }
}
