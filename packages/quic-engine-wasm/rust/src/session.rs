//! The TLS of a connection: rustls in the shape quinn asks for.

use std::any::Any;
use std::io::Cursor;
use std::sync::Arc;

use bytes::BytesMut;
use quinn_proto::crypto::{
    self, CryptoError, ExportKeyingMaterialError, HeaderKey, KeyPair, Keys, PacketKey,
    UnsupportedVersion,
};
use quinn_proto::transport_parameters::TransportParameters;
use quinn_proto::{ConnectError, ConnectionId, Side, TransportError, TransportErrorCode};
use rustls::pki_types::ServerName;
use rustls::quic::{
    ClientConnection, Connection, KeyChange, Secrets, ServerConnection, Suite, Version,
};

use crate::crypto::suites::initial_suite;
use crate::verdict::Refusal;

/// QUIC version 1 (RFC 9000).
const VERSION: u32 = 1;
/// Names play no part: the host verifies certificates.
const SERVER_NAME: &str = "netceptor";

/// What dialers begin sessions with.
pub struct Dialer(pub Arc<rustls::ClientConfig>);

impl crypto::ClientConfig for Dialer {
    fn start_session(
        self: Arc<Self>,
        version: u32,
        _name: &str,
        parameters: &TransportParameters,
    ) -> Result<Box<dyn crypto::Session>, ConnectError> {
        if version != VERSION {
            return Err(ConnectError::UnsupportedVersion);
        }
        let name = ServerName::try_from(SERVER_NAME).expect("a valid name");
        let connection =
            ClientConnection::new(self.0.clone(), Version::V1, name, written(parameters))
                .map_err(|_| ConnectError::EndpointStopping)?;
        Ok(Box::new(Session::new(Connection::Client(connection))))
    }
}

/// What listeners begin sessions with.
pub struct Listener(pub Arc<rustls::ServerConfig>);

impl crypto::ServerConfig for Listener {
    fn initial_keys(
        &self,
        version: u32,
        destination: &ConnectionId,
    ) -> Result<Keys, UnsupportedVersion> {
        match version {
            VERSION => Ok(keys(initial_suite().keys(
                destination,
                rustls::Side::Server,
                Version::V1,
            ))),
            _ => Err(UnsupportedVersion),
        }
    }

    fn retry_tag(&self, _version: u32, _destination: &ConnectionId, _packet: &[u8]) -> [u8; 16] {
        unreachable!("a listener asks nobody to begin again")
    }

    fn start_session(
        self: Arc<Self>,
        _version: u32,
        parameters: &TransportParameters,
    ) -> Box<dyn crypto::Session> {
        let connection = ServerConnection::new(self.0.clone(), Version::V1, written(parameters))
            .expect("the configuration offers TLS 1.3");
        Box::new(Session::new(Connection::Server(connection)))
    }
}

fn written(parameters: &TransportParameters) -> Vec<u8> {
    let mut bytes = Vec::new();
    parameters.write(&mut bytes);
    bytes
}

struct Session {
    tls: Connection,
    initial: Suite,
    /// What the keys after the present ones are made from.
    next: Option<Secrets>,
    has_told_protocol: bool,
}

impl Session {
    fn new(tls: Connection) -> Self {
        Self {
            tls,
            initial: initial_suite(),
            next: None,
            has_told_protocol: false,
        }
    }

    fn side(&self) -> Side {
        match self.tls {
            Connection::Client(_) => Side::Client,
            Connection::Server(_) => Side::Server,
        }
    }

    /// The alert goes to the peer as the code of the connection's end, with words beside it.
    fn failure(&self, error: &rustls::Error) -> TransportError {
        let (alert, reason) = match Refusal::of(error) {
            Some(Refusal { alert, reason }) => (Some(*alert), reason.clone()),
            None => (self.tls.alert().map(u8::from), described(error)),
        };
        let code = alert.map_or(
            TransportErrorCode::PROTOCOL_VIOLATION,
            TransportErrorCode::crypto,
        );
        TransportError {
            code,
            frame: None,
            reason,
        }
    }
}

fn described(error: &rustls::Error) -> String {
    match error {
        rustls::Error::NoCertificatesPresented => "certificate required".into(),
        other => other.to_string(),
    }
}

impl crypto::Session for Session {
    fn initial_keys(&self, destination: &ConnectionId, side: Side) -> Keys {
        let side = match side {
            Side::Client => rustls::Side::Client,
            Side::Server => rustls::Side::Server,
        };
        keys(self.initial.keys(destination, side, Version::V1))
    }

    fn handshake_data(&self) -> Option<Box<dyn Any>> {
        self.has_told_protocol.then(|| Box::new(()) as Box<dyn Any>)
    }

    fn peer_identity(&self) -> Option<Box<dyn Any>> {
        None
    }

    fn early_crypto(&self) -> Option<(Box<dyn HeaderKey>, Box<dyn PacketKey>)> {
        None
    }

    fn early_data_accepted(&self) -> Option<bool> {
        match self.side() {
            Side::Client => Some(false),
            Side::Server => None,
        }
    }

    fn is_handshaking(&self) -> bool {
        self.tls.is_handshaking()
    }

    fn read_handshake(&mut self, message: &[u8]) -> Result<bool, TransportError> {
        if let Err(error) = self.tls.read_hs(message) {
            return Err(self.failure(&error));
        }
        let tells = !self.has_told_protocol
            && (self.tls.alpn_protocol().is_some() || !self.is_handshaking());
        self.has_told_protocol |= tells;
        Ok(tells)
    }

    fn transport_parameters(&self) -> Result<Option<TransportParameters>, TransportError> {
        let Some(bytes) = self.tls.quic_transport_parameters() else {
            return Ok(None);
        };
        Ok(Some(TransportParameters::read(
            self.side(),
            &mut Cursor::new(bytes),
        )?))
    }

    fn write_handshake(&mut self, room: &mut Vec<u8>) -> Option<Keys> {
        Some(keys(match self.tls.write_hs(room)? {
            KeyChange::Handshake { keys } => keys,
            KeyChange::OneRtt { keys, next } => {
                self.next = Some(next);
                keys
            }
        }))
    }

    fn next_1rtt_keys(&mut self) -> Option<KeyPair<Box<dyn PacketKey>>> {
        let next = self.next.as_mut()?.next_packet_keys();
        Some(KeyPair {
            local: Box::new(Packets(next.local)),
            remote: Box::new(Packets(next.remote)),
        })
    }

    /// Nobody in a mesh has cause to ask for another beginning.
    fn is_valid_retry(&self, _destination: &ConnectionId, _header: &[u8], _payload: &[u8]) -> bool {
        false
    }

    fn export_keying_material(
        &self,
        output: &mut [u8],
        label: &[u8],
        context: &[u8],
    ) -> Result<(), ExportKeyingMaterialError> {
        let exported = self
            .tls
            .export_keying_material(output, label, Some(context));
        exported.map(|_| ()).map_err(|_| ExportKeyingMaterialError)
    }
}

fn keys(keys: rustls::quic::Keys) -> Keys {
    Keys {
        header: KeyPair {
            local: Box::new(Headers(keys.local.header)),
            remote: Box::new(Headers(keys.remote.header)),
        },
        packet: KeyPair {
            local: Box::new(Packets(keys.local.packet)),
            remote: Box::new(Packets(keys.remote.packet)),
        },
    }
}

struct Headers(Box<dyn rustls::quic::HeaderProtectionKey>);

/// The first byte of a packet, its number as far as it may reach, and the sample that masks them.
fn split(packet: &mut [u8], number_at: usize, sample: usize) -> (&mut u8, &mut [u8], &[u8]) {
    let (header, rest) = packet.split_at_mut(number_at + 4);
    let (first, others) = header.split_at_mut(1);
    (&mut first[0], &mut others[number_at - 1..], &rest[..sample])
}

impl HeaderKey for Headers {
    fn decrypt(&self, number_at: usize, packet: &mut [u8]) {
        let (first, number, sample) = split(packet, number_at, self.0.sample_len());
        self.0
            .decrypt_in_place(sample, first, number)
            .expect("the sample has the right length");
    }

    fn encrypt(&self, number_at: usize, packet: &mut [u8]) {
        let (first, number, sample) = split(packet, number_at, self.0.sample_len());
        self.0
            .encrypt_in_place(sample, first, number)
            .expect("the sample has the right length");
    }

    fn sample_size(&self) -> usize {
        self.0.sample_len()
    }
}

struct Packets(Box<dyn rustls::quic::PacketKey>);

impl PacketKey for Packets {
    fn encrypt(&self, number: u64, packet: &mut [u8], header_length: usize) {
        let (header, payload) = packet.split_at_mut(header_length);
        let (data, tag_room) = payload.split_at_mut(payload.len() - self.0.tag_len());
        let tag = self
            .0
            .encrypt_in_place(number, header, data)
            .expect("a packet is short enough to be sealed");
        tag_room.copy_from_slice(tag.as_ref());
    }

    fn decrypt(
        &self,
        number: u64,
        header: &[u8],
        payload: &mut BytesMut,
    ) -> Result<(), CryptoError> {
        let opened = self
            .0
            .decrypt_in_place(number, header, payload.as_mut())
            .map_err(|_| CryptoError)?;
        let length = opened.len();
        payload.truncate(length);
        Ok(())
    }

    fn tag_len(&self) -> usize {
        self.0.tag_len()
    }

    fn confidentiality_limit(&self) -> u64 {
        self.0.confidentiality_limit()
    }

    fn integrity_limit(&self) -> u64 {
        self.0.integrity_limit()
    }
}
