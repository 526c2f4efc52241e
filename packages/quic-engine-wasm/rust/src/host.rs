//! What the engine asks of the program it runs in: randomness, everything asymmetric, the ciphers of the platform and
//! the verification of a peer. Pointers and lengths are in bytes of the engine's memory.

use crate::verdict::{Refusal, Verdict};

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    fn random(to: *mut u8, length: usize);
    /// A sentence that comes before the engine stops.
    fn failed(text: *const u8, length: usize);
    /// Returns the length of the signature, of up to 1,024 bytes; 0 when the key can't sign.
    fn sign(scheme: u32, message: *const u8, length: usize, to: *mut u8) -> usize;
    /// Returns 1 when the signature is right.
    fn verify(
        scheme: u32,
        key: *const u8,
        key_length: usize,
        message: *const u8,
        length: usize,
        signature: *const u8,
        signature_length: usize,
    ) -> u32;
    /// Makes a key pair and writes its public key.
    fn exchange_begin(group: u32, to: *mut u8) -> u32;
    /// Writes the secret and returns its length, up to 66 bytes; 0 when the peer's public key is none.
    fn exchange_finish(pair: u32, peer: *const u8, length: usize, to: *mut u8) -> usize;
    fn exchange_drop(pair: u32);
    fn cipher_new(algorithm: u32, key: *const u8, length: usize) -> u32;
    fn cipher_drop(cipher: u32);
    fn cipher_seal(
        cipher: u32,
        nonce: *const u8,
        header: *const u8,
        header_length: usize,
        data: *mut u8,
        length: usize,
        tag: *mut u8,
    );
    /// Returns 1 when the data, which ends with its tag, is what was sealed.
    fn cipher_open(
        cipher: u32,
        nonce: *const u8,
        header: *const u8,
        header_length: usize,
        data: *mut u8,
        length: usize,
    ) -> u32;
    /// Returns a kind of verdict, an alert and the length of the reason it has written: `kind << 24 | alert << 16 | length`.
    /// The kinds are 0 for good so far, 1 for good whatever the chain is, and anything else for refused.
    fn verify_peer(certificates: *const u8, length: usize, reason: *mut u8, room: usize) -> u32;
}

/// The longest reason of a refusal.
const REASON_BYTES: usize = 1024;
const SIGNATURE_BYTES: usize = 1024;
const SECRET_BYTES: usize = 66;

pub fn fill_random(room: &mut [u8]) {
    // SAFETY: the host writes within this length.
    unsafe { random(room.as_mut_ptr(), room.len()) }
}

pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill_random(&mut bytes);
    bytes
}

pub fn report_failure(text: &str) {
    // SAFETY: the host reads within this length.
    unsafe { failed(text.as_ptr(), text.len()) }
}

pub fn sign_message(scheme: u32, message: &[u8]) -> Option<Vec<u8>> {
    let mut signature = vec![0; SIGNATURE_BYTES];
    // SAFETY: the host reads within this length, and takes no key whose signatures are longer than the room.
    let length = unsafe {
        sign(
            scheme,
            message.as_ptr(),
            message.len(),
            signature.as_mut_ptr(),
        )
    };
    signature.truncate(length);
    (length > 0).then_some(signature)
}

pub fn signature_is_right(scheme: u32, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    // SAFETY: the host reads within these lengths.
    let answer = unsafe {
        verify(
            scheme,
            key.as_ptr(),
            key.len(),
            message.as_ptr(),
            message.len(),
            signature.as_ptr(),
            signature.len(),
        )
    };
    answer == 1
}

/// What the host says of the certificates of the connection's peer.
pub fn peer_verdict(certificates: &[u8]) -> Verdict {
    let mut reason = vec![0; REASON_BYTES];
    // SAFETY: the host reads and writes within these lengths.
    let answer = unsafe {
        verify_peer(
            certificates.as_ptr(),
            certificates.len(),
            reason.as_mut_ptr(),
            reason.len(),
        )
    };
    match answer >> 24 {
        0 => Verdict::Good,
        1 => Verdict::Trusted,
        _ => {
            reason.truncate((answer & 0xffff) as usize);
            Verdict::Refused(Refusal {
                alert: (answer >> 16) as u8,
                reason: String::from_utf8_lossy(&reason).into_owned(),
            })
        }
    }
}

/// A key pair of the host's for one key exchange.
pub struct KeyPair(u32);

impl KeyPair {
    pub fn generate(group: u32, public_key: &mut [u8]) -> Self {
        // SAFETY: the room is what a public key of the group takes.
        Self(unsafe { exchange_begin(group, public_key.as_mut_ptr()) })
    }

    pub fn secret_with(&self, peer: &[u8]) -> Option<Vec<u8>> {
        let mut secret = vec![0; SECRET_BYTES];
        // SAFETY: the host reads within this length; no group has longer secrets than the room.
        let length =
            unsafe { exchange_finish(self.0, peer.as_ptr(), peer.len(), secret.as_mut_ptr()) };
        secret.truncate(length);
        (length > 0).then_some(secret)
    }
}

impl Drop for KeyPair {
    fn drop(&mut self) {
        // SAFETY: numbers alone; nothing else has this one.
        unsafe { exchange_drop(self.0) }
    }
}

/// An AEAD of the host's with its key.
pub struct Cipher(u32);

impl Cipher {
    pub fn new(algorithm: u32, key: &[u8]) -> Self {
        // SAFETY: the host reads within this length.
        Self(unsafe { cipher_new(algorithm, key.as_ptr(), key.len()) })
    }

    pub fn seal(&self, nonce: &[u8; 12], header: &[u8], data: &mut [u8]) -> [u8; 16] {
        let mut tag = [0; 16];
        // SAFETY: nonce and tag have the lengths of every AEAD here; the host reads and writes within the others.
        unsafe {
            cipher_seal(
                self.0,
                nonce.as_ptr(),
                header.as_ptr(),
                header.len(),
                data.as_mut_ptr(),
                data.len(),
                tag.as_mut_ptr(),
            )
        }
        tag
    }

    /// `data` ends with its tag, which stays as it is.
    pub fn open(&self, nonce: &[u8; 12], header: &[u8], data: &mut [u8]) -> bool {
        // SAFETY: the nonce has the length of every AEAD here; the host reads and writes within the others.
        let answer = unsafe {
            cipher_open(
                self.0,
                nonce.as_ptr(),
                header.as_ptr(),
                header.len(),
                data.as_mut_ptr(),
                data.len(),
            )
        };
        answer == 1
    }
}

impl Drop for Cipher {
    fn drop(&mut self) {
        // SAFETY: numbers alone; nothing else has this one.
        unsafe { cipher_drop(self.0) }
    }
}

/// What the crate `getrandom` calls, since it is built with `getrandom_backend="custom"`.
///
/// # Safety
/// `to` points to `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(
    to: *mut u8,
    length: usize,
) -> Result<(), getrandom::Error> {
    // SAFETY: the caller's promise is what the host needs.
    unsafe { random(to, length) };
    Ok(())
}
