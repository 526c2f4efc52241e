//! The cipher suites, and everything else rustls asks a provider for.

use std::sync::Arc;

use rustls::crypto::cipher::{
    AeadKey, InboundOpaqueMessage, InboundPlainMessage, Iv, MessageDecrypter, MessageEncrypter,
    OutboundOpaqueMessage, OutboundPlainMessage, Tls13AeadAlgorithm, UnsupportedOperationError,
};
use rustls::crypto::tls13::HkdfUsingHmac;
use rustls::crypto::{CryptoProvider, GetRandomFailed, KeyProvider, SecureRandom};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;
use rustls::{
    CipherSuite, CipherSuiteCommon, ConnectionTrafficSecrets, Error, SupportedCipherSuite,
    Tls13CipherSuite, quic,
};

use super::hashes::{HmacSha256, HmacSha384, Sha256, Sha384};
use super::key_exchange::GROUPS;
use super::packets::Aead;
use super::signatures::ALGORITHMS;
use crate::host;

/// `prefers_aes` where the processor has it: the suites are in the order in which they are wanted.
pub fn provider(prefers_aes: bool) -> Arc<CryptoProvider> {
    let suites = if prefers_aes {
        [&AES_128_GCM, &CHACHA20_POLY1305, &AES_256_GCM]
    } else {
        [&CHACHA20_POLY1305, &AES_128_GCM, &AES_256_GCM]
    };
    Arc::new(CryptoProvider {
        cipher_suites: suites
            .into_iter()
            .map(SupportedCipherSuite::Tls13)
            .collect(),
        kx_groups: GROUPS.to_vec(),
        signature_verification_algorithms: ALGORITHMS,
        secure_random: &HostRandom,
        key_provider: &NoKeys,
    })
}

/// The suite of Initial packets (RFC 9001, 5.2).
pub fn initial_suite() -> quic::Suite {
    quic::Suite {
        suite: &AES_128_GCM,
        quic: &Aead::Aes128Gcm,
    }
}

const fn common(
    suite: CipherSuite,
    hash_provider: &'static dyn rustls::crypto::hash::Hash,
    confidentiality_limit: u64,
) -> CipherSuiteCommon {
    CipherSuiteCommon {
        suite,
        hash_provider,
        confidentiality_limit,
    }
}

static CHACHA20_POLY1305: Tls13CipherSuite = Tls13CipherSuite {
    common: common(
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
        &Sha256,
        u64::MAX,
    ),
    hkdf_provider: &HkdfUsingHmac(&HmacSha256),
    aead_alg: &NoRecords(Aead::ChaCha20Poly1305),
    quic: Some(&Aead::ChaCha20Poly1305),
};

static AES_128_GCM: Tls13CipherSuite = Tls13CipherSuite {
    common: common(CipherSuite::TLS13_AES_128_GCM_SHA256, &Sha256, 1 << 23),
    hkdf_provider: &HkdfUsingHmac(&HmacSha256),
    aead_alg: &NoRecords(Aead::Aes128Gcm),
    quic: Some(&Aead::Aes128Gcm),
};

static AES_256_GCM: Tls13CipherSuite = Tls13CipherSuite {
    common: common(CipherSuite::TLS13_AES_256_GCM_SHA384, &Sha384, 1 << 23),
    hkdf_provider: &HkdfUsingHmac(&HmacSha384),
    aead_alg: &NoRecords(Aead::Aes256Gcm),
    quic: Some(&Aead::Aes256Gcm),
};

#[derive(Debug)]
struct HostRandom;

impl SecureRandom for HostRandom {
    fn fill(&self, room: &mut [u8]) -> Result<(), GetRandomFailed> {
        host::fill_random(room);
        Ok(())
    }
}

#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(&self, _key: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        Err(Error::General("private keys stay in the host".into()))
    }
}

/// QUIC has no records of TLS, but rustls asks for what would seal them.
struct NoRecords(Aead);

impl Tls13AeadAlgorithm for NoRecords {
    fn encrypter(&self, _key: AeadKey, _iv: Iv) -> Box<dyn MessageEncrypter> {
        Box::new(NoRecord)
    }

    fn decrypter(&self, _key: AeadKey, _iv: Iv) -> Box<dyn MessageDecrypter> {
        Box::new(NoRecord)
    }

    fn key_len(&self) -> usize {
        self.0.key_bytes()
    }

    fn extract_keys(
        &self,
        _key: AeadKey,
        _iv: Iv,
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        Err(UnsupportedOperationError)
    }
}

struct NoRecord;

impl MessageEncrypter for NoRecord {
    fn encrypt(
        &mut self,
        _message: OutboundPlainMessage<'_>,
        _number: u64,
    ) -> Result<OutboundOpaqueMessage, Error> {
        Err(Error::EncryptError)
    }

    fn encrypted_payload_len(&self, length: usize) -> usize {
        length
    }
}

impl MessageDecrypter for NoRecord {
    fn decrypt<'a>(
        &mut self,
        _message: InboundOpaqueMessage<'a>,
        _number: u64,
    ) -> Result<InboundPlainMessage<'a>, Error> {
        Err(Error::DecryptError)
    }
}
