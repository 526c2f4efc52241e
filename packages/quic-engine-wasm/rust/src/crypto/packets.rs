//! Protection of QUIC packets (RFC 9001, 5). ChaCha20-Poly1305 seals small packets in the engine and large ones in the
//! host, whose cipher is faster but costs a call; AES, which has no instructions in WebAssembly, is always the host's.

use aes::cipher::BlockCipherEncrypt;
use chacha20::cipher::{KeyIvInit, StreamCipherCore};
use chacha20::variants::Ietf;
use chacha20::{ChaChaCore, R20};
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use rustls::Error;
use rustls::crypto::cipher::{AeadKey, Iv, Nonce};
use rustls::quic;

use crate::host::Cipher;

const TAG_BYTES: usize = 16;
const SAMPLE_BYTES: usize = 16;
/// Payloads of so many bytes are sealed by the host.
const HOST_FROM: usize = 3072;

/// An AEAD of TLS 1.3.
#[derive(Clone, Copy, PartialEq)]
pub enum Aead {
    Aes128Gcm = 0,
    Aes256Gcm = 1,
    ChaCha20Poly1305 = 2,
}

impl Aead {
    pub fn from_number(number: u32) -> Option<Self> {
        [Self::Aes128Gcm, Self::Aes256Gcm, Self::ChaCha20Poly1305]
            .get(number as usize)
            .copied()
    }

    pub fn key_bytes(self) -> usize {
        if self == Self::Aes128Gcm { 16 } else { 32 }
    }
}

impl quic::Algorithm for Aead {
    fn packet_key(&self, key: AeadKey, iv: Iv) -> Box<dyn quic::PacketKey> {
        Box::new(PacketKey::new(*self, key.as_ref(), iv))
    }

    fn header_protection_key(&self, key: AeadKey) -> Box<dyn quic::HeaderProtectionKey> {
        Box::new(HeaderKey::new(*self, key.as_ref()))
    }

    fn aead_key_len(&self) -> usize {
        self.key_bytes()
    }
}

/// Keys of one direction.
pub struct PacketKeys<'a> {
    pub aead: Aead,
    pub key: &'a [u8],
    pub iv: [u8; 12],
    pub header_key: &'a [u8],
}

/// One packet, sealed as those of connections are; `header` ends with the packet's number. For checking what is wired
/// together here against published vectors.
pub fn seal(
    keys: &PacketKeys<'_>,
    number: u64,
    header: &[u8],
    payload: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut packet = [header, payload].concat();
    let (head, body) = packet.split_at_mut(header.len());
    let key = PacketKey::new(keys.aead, keys.key, Iv::from(keys.iv));
    let tag = quic::PacketKey::encrypt_in_place(&key, number, head, body)?;
    packet.extend_from_slice(tag.as_ref());
    let number_at = header.len() - usize::from(header[0] & 0x03) - 1;
    let (head, rest) = packet.split_at_mut(number_at + 4);
    let (first, others) = head.split_at_mut(1);
    let sample = &rest[..SAMPLE_BYTES];
    HeaderKey::new(keys.aead, keys.header_key).apply(
        sample,
        &mut first[0],
        &mut others[number_at - 1..],
        false,
    )?;
    Ok(packet)
}

struct PacketKey {
    aead: Aead,
    /// For what is not worth a call of the host.
    own: Option<ChaCha20Poly1305>,
    host: Cipher,
    iv: Iv,
}

impl PacketKey {
    fn new(aead: Aead, key: &[u8], iv: Iv) -> Self {
        let own = (aead == Aead::ChaCha20Poly1305).then(|| {
            ChaCha20Poly1305::new_from_slice(key).expect("a key of TLS has the right length")
        });
        Self {
            aead,
            own,
            host: Cipher::new(aead as u32, key),
            iv,
        }
    }

    fn own_for(&self, length: usize) -> Option<&ChaCha20Poly1305> {
        self.own.as_ref().filter(|_| length < HOST_FROM)
    }
}

impl quic::PacketKey for PacketKey {
    fn encrypt_in_place(
        &self,
        number: u64,
        header: &[u8],
        payload: &mut [u8],
    ) -> Result<quic::Tag, Error> {
        let nonce = Nonce::new(&self.iv, number).0;
        match self.own_for(payload.len()) {
            Some(own) => {
                let tag = own
                    .encrypt_inout_detached(&nonce.into(), header, payload.into())
                    .map_err(|_| Error::EncryptError)?;
                Ok(quic::Tag::from(&tag[..]))
            }
            None => Ok(quic::Tag::from(
                &self.host.seal(&nonce, header, payload)[..],
            )),
        }
    }

    fn decrypt_in_place<'a>(
        &self,
        number: u64,
        header: &[u8],
        payload: &'a mut [u8],
    ) -> Result<&'a [u8], Error> {
        let nonce = Nonce::new(&self.iv, number).0;
        let length = payload
            .len()
            .checked_sub(TAG_BYTES)
            .ok_or(Error::DecryptError)?;
        match self.own_for(length) {
            Some(own) => {
                let (data, tag) = payload.split_at_mut(length);
                let tag: [u8; TAG_BYTES] = (&*tag).try_into().map_err(|_| Error::DecryptError)?;
                own.decrypt_inout_detached(&nonce.into(), header, data.into(), &tag.into())
                    .map_err(|_| Error::DecryptError)?;
            }
            None if self.host.open(&nonce, header, payload) => {}
            None => return Err(Error::DecryptError),
        }
        Ok(&payload[..length])
    }

    fn tag_len(&self) -> usize {
        TAG_BYTES
    }

    // RFC 9001, 6.6
    fn confidentiality_limit(&self) -> u64 {
        if self.aead == Aead::ChaCha20Poly1305 {
            u64::MAX
        } else {
            1 << 23
        }
    }

    fn integrity_limit(&self) -> u64 {
        if self.aead == Aead::ChaCha20Poly1305 {
            1 << 36
        } else {
            1 << 52
        }
    }
}

/// Header protection (RFC 9001, 5.4).
enum HeaderKey {
    Aes128(aes::Aes128),
    Aes256(aes::Aes256),
    ChaCha20([u8; 32]),
}

impl HeaderKey {
    fn new(aead: Aead, key: &[u8]) -> Self {
        match aead {
            Aead::Aes128Gcm => Self::Aes128(aes::Aes128::new_from_slice(key).expect("16 bytes")),
            Aead::Aes256Gcm => Self::Aes256(aes::Aes256::new_from_slice(key).expect("32 bytes")),
            Aead::ChaCha20Poly1305 => Self::ChaCha20(key.try_into().expect("32 bytes")),
        }
    }

    fn mask(&self, sample: &[u8]) -> Result<[u8; 5], Error> {
        let mut block: [u8; SAMPLE_BYTES] = sample
            .try_into()
            .map_err(|_| Error::General("no sample".into()))?;
        match self {
            Self::Aes128(key) => key.encrypt_block((&mut block).into()),
            Self::Aes256(key) => key.encrypt_block((&mut block).into()),
            Self::ChaCha20(key) => {
                let [a, b, c, d, nonce @ ..] = block;
                let mut cipher = ChaChaCore::<R20, Ietf>::new(key.into(), &nonce.into());
                // Whoever sends a packet chooses the number of the block. A stream cipher would refuse the last one.
                cipher.set_block_pos(u32::from_le_bytes([a, b, c, d]));
                let mut stream = [0; 64].into();
                cipher.write_keystream_block(&mut stream);
                block.copy_from_slice(&stream[..SAMPLE_BYTES]);
            }
        }
        let [a, b, c, d, e, ..] = block;
        Ok([a, b, c, d, e])
    }

    fn apply(
        &self,
        sample: &[u8],
        first: &mut u8,
        number: &mut [u8],
        masked: bool,
    ) -> Result<(), Error> {
        const LONG_HEADER: u8 = 0x80;
        let [first_mask, number_mask @ ..] = self.mask(sample)?;
        let bits = first_mask
            & if *first & LONG_HEADER != 0 {
                0x0f
            } else {
                0x1f
            };
        let plain = if masked { *first ^ bits } else { *first };
        *first ^= bits;
        let length = usize::from(plain & 0x03) + 1;
        for (byte, mask) in number.iter_mut().zip(number_mask).take(length) {
            *byte ^= mask;
        }
        Ok(())
    }
}

impl quic::HeaderProtectionKey for HeaderKey {
    fn encrypt_in_place(
        &self,
        sample: &[u8],
        first: &mut u8,
        number: &mut [u8],
    ) -> Result<(), Error> {
        self.apply(sample, first, number, false)
    }

    fn decrypt_in_place(
        &self,
        sample: &[u8],
        first: &mut u8,
        number: &mut [u8],
    ) -> Result<(), Error> {
        self.apply(sample, first, number, true)
    }

    fn sample_len(&self) -> usize {
        SAMPLE_BYTES
    }
}
