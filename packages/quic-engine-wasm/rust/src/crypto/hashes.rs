//! SHA-2 and HMAC of RustCrypto in the shape rustls asks for.

use ::hmac::{Hmac, KeyInit, Mac};
use rustls::crypto::{hash, hmac};
use sha2::Digest;

macro_rules! hash_functions {
    ($hash:ident, $context:ident, $mac:ident, $key:ident, $digest:ty, $name:ident, $length:expr) => {
        pub struct $hash;
        struct $context($digest);

        impl hash::Hash for $hash {
            fn start(&self) -> Box<dyn hash::Context> {
                Box::new($context(<$digest>::new()))
            }

            fn hash(&self, data: &[u8]) -> hash::Output {
                hash::Output::new(&<$digest>::digest(data))
            }

            fn output_len(&self) -> usize {
                $length
            }

            fn algorithm(&self) -> hash::HashAlgorithm {
                hash::HashAlgorithm::$name
            }
        }

        impl hash::Context for $context {
            fn fork_finish(&self) -> hash::Output {
                hash::Output::new(&self.0.clone().finalize())
            }

            fn fork(&self) -> Box<dyn hash::Context> {
                Box::new($context(self.0.clone()))
            }

            fn finish(self: Box<Self>) -> hash::Output {
                hash::Output::new(&self.0.finalize())
            }

            fn update(&mut self, data: &[u8]) {
                self.0.update(data);
            }
        }

        pub struct $mac;
        struct $key(Hmac<$digest>);

        impl hmac::Hmac for $mac {
            fn with_key(&self, key: &[u8]) -> Box<dyn hmac::Key> {
                Box::new($key(
                    Hmac::new_from_slice(key).expect("HMAC takes keys of any length"),
                ))
            }

            fn hash_output_len(&self) -> usize {
                $length
            }
        }

        impl hmac::Key for $key {
            fn sign_concat(&self, first: &[u8], middle: &[&[u8]], last: &[u8]) -> hmac::Tag {
                let mut mac = self.0.clone();
                mac.update(first);
                for part in middle {
                    mac.update(part);
                }
                mac.update(last);
                hmac::Tag::new(&mac.finalize().into_bytes())
            }

            fn tag_len(&self) -> usize {
                $length
            }
        }
    };
}

hash_functions!(
    Sha256,
    Sha256Context,
    HmacSha256,
    HmacSha256Key,
    sha2::Sha256,
    SHA256,
    32
);
hash_functions!(
    Sha384,
    Sha384Context,
    HmacSha384,
    HmacSha384Key,
    sha2::Sha384,
    SHA384,
    48
);
