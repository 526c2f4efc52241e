//! Signatures, which the host makes and checks: its keys never enter the engine's memory.

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use rustls::sign::{Signer, SigningKey};
use rustls::{Error, SignatureAlgorithm, SignatureScheme};

use crate::host;

/// A way to sign, by the number of its TLS signature scheme, or one above 0xff00 where TLS has none.
#[derive(Debug)]
struct Algorithm {
    scheme: u32,
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
}

impl SignatureVerificationAlgorithm for Algorithm {
    fn verify_signature(
        &self,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        match host::signature_is_right(self.scheme, key, message, signature) {
            true => Ok(()),
            false => Err(InvalidSignature),
        }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

const fn algorithm(
    scheme: u32,
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
) -> Algorithm {
    Algorithm {
        scheme,
        key,
        signature,
    }
}

static P256_SHA256: Algorithm = algorithm(0x0403, alg_id::ECDSA_P256, alg_id::ECDSA_SHA256);
static P384_SHA384: Algorithm = algorithm(0x0503, alg_id::ECDSA_P384, alg_id::ECDSA_SHA384);
static P521_SHA512: Algorithm = algorithm(0x0603, alg_id::ECDSA_P521, alg_id::ECDSA_SHA512);
// Certificates may be signed with other hashes than TLS takes with a curve.
static P256_SHA384: Algorithm = algorithm(0xff01, alg_id::ECDSA_P256, alg_id::ECDSA_SHA384);
static P384_SHA256: Algorithm = algorithm(0xff02, alg_id::ECDSA_P384, alg_id::ECDSA_SHA256);
static P521_SHA256: Algorithm = algorithm(0xff03, alg_id::ECDSA_P521, alg_id::ECDSA_SHA256);
static P521_SHA384: Algorithm = algorithm(0xff04, alg_id::ECDSA_P521, alg_id::ECDSA_SHA384);
static RSA_SHA256: Algorithm = algorithm(0x0401, alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA256);
static RSA_SHA384: Algorithm = algorithm(0x0501, alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA384);
static RSA_SHA512: Algorithm = algorithm(0x0601, alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA512);
static PSS_SHA256: Algorithm = algorithm(0x0804, alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA256);
static PSS_SHA384: Algorithm = algorithm(0x0805, alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA384);
static PSS_SHA512: Algorithm = algorithm(0x0806, alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA512);
static ED25519: Algorithm = algorithm(0x0807, alg_id::ED25519, alg_id::ED25519);

/// What certificates and handshakes may be signed with.
pub static ALGORITHMS: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[
        &P256_SHA256,
        &P256_SHA384,
        &P384_SHA256,
        &P384_SHA384,
        &P521_SHA256,
        &P521_SHA384,
        &P521_SHA512,
        &ED25519,
        &PSS_SHA256,
        &PSS_SHA384,
        &PSS_SHA512,
        &RSA_SHA256,
        &RSA_SHA384,
        &RSA_SHA512,
    ],
    mapping: &[
        (
            SignatureScheme::ECDSA_NISTP256_SHA256,
            &[&P256_SHA256, &P384_SHA256],
        ),
        (
            SignatureScheme::ECDSA_NISTP384_SHA384,
            &[&P384_SHA384, &P256_SHA384],
        ),
        (SignatureScheme::ECDSA_NISTP521_SHA512, &[&P521_SHA512]),
        (SignatureScheme::ED25519, &[&ED25519]),
        (SignatureScheme::RSA_PSS_SHA256, &[&PSS_SHA256]),
        (SignatureScheme::RSA_PSS_SHA384, &[&PSS_SHA384]),
        (SignatureScheme::RSA_PSS_SHA512, &[&PSS_SHA512]),
        (SignatureScheme::RSA_PKCS1_SHA256, &[&RSA_SHA256]),
        (SignatureScheme::RSA_PKCS1_SHA384, &[&RSA_SHA384]),
        (SignatureScheme::RSA_PKCS1_SHA512, &[&RSA_SHA512]),
    ],
};

/// The kind of the private key that the host holds.
#[derive(Clone, Copy, Debug)]
pub enum HostKey {
    P256,
    P384,
    P521,
    Ed25519,
    Rsa,
}

impl HostKey {
    pub fn from_number(number: u32) -> Option<Self> {
        [Self::P256, Self::P384, Self::P521, Self::Ed25519, Self::Rsa]
            .get(number as usize)
            .copied()
    }

    fn schemes(self) -> &'static [SignatureScheme] {
        match self {
            Self::P256 => &[SignatureScheme::ECDSA_NISTP256_SHA256],
            Self::P384 => &[SignatureScheme::ECDSA_NISTP384_SHA384],
            Self::P521 => &[SignatureScheme::ECDSA_NISTP521_SHA512],
            Self::Ed25519 => &[SignatureScheme::ED25519],
            Self::Rsa => &[
                SignatureScheme::RSA_PSS_SHA256,
                SignatureScheme::RSA_PSS_SHA384,
                SignatureScheme::RSA_PSS_SHA512,
            ],
        }
    }
}

impl SigningKey for HostKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = self
            .schemes()
            .iter()
            .find(|scheme| offered.contains(scheme))?;
        Some(Box::new(HostSigner(*scheme)))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        match self {
            Self::Ed25519 => SignatureAlgorithm::ED25519,
            Self::Rsa => SignatureAlgorithm::RSA,
            _ => SignatureAlgorithm::ECDSA,
        }
    }
}

#[derive(Debug)]
struct HostSigner(SignatureScheme);

impl Signer for HostSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        host::sign_message(u16::from(self.0).into(), message)
            .ok_or_else(|| Error::General("the private key can't sign".into()))
    }

    fn scheme(&self) -> SignatureScheme {
        self.0
    }
}
