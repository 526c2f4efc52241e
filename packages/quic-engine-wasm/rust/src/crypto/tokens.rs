//! Keys that quinn wants for tokens and stateless resets. Nothing here is ever sent: the engine issues no tokens, and a
//! datagram that belongs to no connection is answered by the mesh.

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use hmac::{Hmac, Mac};
use quinn_proto::crypto::{AeadKey, CryptoError, HandshakeTokenKey, HmacKey};
use sha2::Sha256;

use crate::host;

const TAG_BYTES: usize = 16;

fn mac(key: &[u8; 32]) -> Hmac<Sha256> {
    <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// Makes the tokens of stateless resets, which are a part of every connection ID that is issued.
pub struct ResetKey([u8; 32]);

impl ResetKey {
    pub fn random() -> Self {
        Self(host::random_bytes())
    }
}

impl HmacKey for ResetKey {
    fn sign(&self, data: &[u8], signature: &mut [u8]) {
        signature.copy_from_slice(&mac(&self.0).chain_update(data).finalize().into_bytes());
    }

    fn signature_len(&self) -> usize {
        32
    }

    fn verify(&self, data: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        mac(&self.0)
            .chain_update(data)
            .verify_slice(signature)
            .map_err(|_| CryptoError)
    }
}

/// Opens tokens that a peer claims to have had from this end.
pub struct TokenKey([u8; 32]);

impl TokenKey {
    pub fn random() -> Self {
        Self(host::random_bytes())
    }
}

impl HandshakeTokenKey for TokenKey {
    fn aead_from_hkdf(&self, random_bytes: &[u8]) -> Box<dyn AeadKey> {
        let key = mac(&self.0)
            .chain_update(random_bytes)
            .finalize()
            .into_bytes();
        Box::new(TokenCipher(ChaCha20Poly1305::new(&key)))
    }
}

/// Each key is used for one token, so that the nonce can be a constant.
struct TokenCipher(ChaCha20Poly1305);

const NONCE: [u8; 12] = [0; 12];

impl AeadKey for TokenCipher {
    fn seal(&self, data: &mut Vec<u8>, header: &[u8]) -> Result<(), CryptoError> {
        let sealed =
            self.0
                .encrypt_inout_detached(&NONCE.into(), header, data.as_mut_slice().into());
        data.extend_from_slice(&sealed.map_err(|_| CryptoError)?);
        Ok(())
    }

    fn open<'a>(&self, data: &'a mut [u8], header: &[u8]) -> Result<&'a mut [u8], CryptoError> {
        let length = data.len().checked_sub(TAG_BYTES).ok_or(CryptoError)?;
        let (text, tag) = data.split_at_mut(length);
        let tag: [u8; TAG_BYTES] = (&*tag).try_into().map_err(|_| CryptoError)?;
        self.0
            .decrypt_inout_detached(&NONCE.into(), header, (&mut *text).into(), &tag.into())
            .map_err(|_| CryptoError)?;
        Ok(text)
    }
}
