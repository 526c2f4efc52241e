//! The functions that the host calls. An instance has one role and any number of connections, which are numbers to
//! the host. The host writes into [`input`] before a call; a call leaves what it has to say in its result and in
//! [`results`]. After a panic the instance must not be called again.

#![deny(clippy::undocumented_unsafe_blocks)]

mod congestion;
mod connection;
mod connection_ids;
mod crypto;
mod ending;
mod host;
mod peer_verifier;
mod session;
mod settings;
mod verdict;

use std::cell::RefCell;

use bytes::{Bytes, BytesMut};
use rustls::pki_types::CertificateDer;
use slab::Slab;
use web_time::Instant;

use connection::{Connection, Read, Refused};
use connection_ids::ConnectionIds;
use crypto::packets::{Aead, PacketKeys, seal};
use crypto::signatures::HostKey;
use peer_verifier::Clients;
use settings::{Identity, Limits, Role};

/// What an instance consists of.
#[derive(Default)]
struct Engine {
    role: Option<Role>,
    connections: Slab<Connection>,
    input: Vec<u8>,
    results: [f64; 4],
    /// What the host was given a pointer to last.
    shown: Bytes,
    /// What is sent next, and what has arrived.
    datagram: Vec<u8>,
    arrived: BytesMut,
    /// What the host writes to a stream.
    chunk: Vec<u8>,
}

thread_local! {
    static ENGINE: RefCell<Engine> = RefCell::default();
}

fn with_engine<T>(call: impl FnOnce(&mut Engine) -> T) -> T {
    ENGINE.with_borrow_mut(call)
}

fn with_connection<T>(connection: usize, call: impl FnOnce(&mut Connection) -> T) -> T {
    with_engine(|engine| call(&mut engine.connections[connection]))
}

impl Engine {
    /// Leaves bytes for the host to copy, their place and length in the first two results.
    fn show(&mut self, bytes: Bytes) -> usize {
        self.shown = bytes;
        self.results[0] = self.shown.as_ptr() as usize as f64;
        self.results[1] = self.shown.len() as f64;
        self.shown.len()
    }
}

/// The certificates in `bytes`, each after its length in four bytes.
fn certificates(mut bytes: &[u8]) -> Vec<CertificateDer<'static>> {
    let mut certificates = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let Some((certificate, rest)) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)
        else {
            break;
        };
        certificates.push(CertificateDer::from(certificate.to_vec()));
        bytes = rest;
    }
    certificates
}

/// Room for `length` bytes from the host; what was there before is gone.
#[unsafe(no_mangle)]
pub extern "C" fn input(length: usize) -> *const u8 {
    with_engine(|engine| {
        engine.input.resize(length, 0);
        engine.input.as_ptr()
    })
}

/// Four numbers of 64 bits.
#[unsafe(no_mangle)]
pub extern "C" fn results() -> *const f64 {
    with_engine(|engine| {
        std::panic::set_hook(Box::new(|info| host::report_failure(&info.to_string())));
        engine.results.as_ptr()
    })
}

/// Settles the role of the instance, from the chain and the authorities in the input. `clients` is 0 for a dialer,
/// otherwise 1 to ask for no certificate, 2 for an optional and 3 for a required one. `authorities` is the length of
/// those, or -1 for taking any certificate; `key` a kind of key, or -1. `prefers_aes` is 1 where AES is the faster cipher.
#[unsafe(no_mangle)]
pub extern "C" fn configure(
    clients: u32,
    chain: usize,
    authorities: i32,
    key: i32,
    idle_millis: u32,
    stream_window: u32,
    connection_window: u32,
    prefers_aes: u32,
) -> u32 {
    with_engine(|engine| {
        let (chain, rest) = engine.input.split_at(chain);
        let authorities = usize::try_from(authorities)
            .ok()
            .map(|length| certificates(&rest[..length]));
        let key = u32::try_from(key).ok().and_then(HostKey::from_number);
        let identity = key.map(|key| Identity {
            chain: certificates(chain),
            key,
        });
        let limits = Limits {
            idle_millis,
            stream_window,
            connection_window,
            prefers_aes: prefers_aes == 1,
        };
        let clients = match clients {
            1 => Clients::Unasked,
            2 => Clients::Optional,
            3 => Clients::Required,
            _ => {
                engine.role = Some(settings::dialer(authorities.as_deref(), identity, &limits));
                return 1;
            }
        };
        let Some(identity) = identity else { return 0 };
        engine.role = Some(settings::listener(
            clients,
            authorities.as_deref(),
            identity,
            &limits,
        ));
        1
    })
}

/// Begins a connection with the connection ID in the input; -1 when it can't.
#[unsafe(no_mangle)]
pub extern "C" fn connection_new() -> i32 {
    with_engine(|engine| {
        let id: Option<[u8; ConnectionIds::LENGTH]> = engine.input.first_chunk().copied();
        let (Some(id), Some(role)) = (id, &engine.role) else {
            return -1;
        };
        match Connection::new(role, id) {
            Some(connection) => engine.connections.insert(connection) as i32,
            None => -1,
        }
    })
}

/// Forgets a connection.
#[unsafe(no_mangle)]
pub extern "C" fn connection_drop(connection: usize) {
    with_engine(|engine| drop(engine.connections.try_remove(connection)));
}

/// 1: connected, 2: ended, 4: closed, 8: both directions of the stream are done.
#[unsafe(no_mangle)]
pub extern "C" fn connection_state(connection: usize) -> u32 {
    with_connection(connection, |connection| {
        u32::from(connection.is_connected())
            | u32::from(connection.is_ended()) << 1
            | u32::from(connection.is_closed()) << 2
            | u32::from(connection.is_stream_done()) << 3
    })
}

/// Room for a datagram of `length` bytes from the host.
#[unsafe(no_mangle)]
pub extern "C" fn datagram_room(length: usize) -> *mut u8 {
    with_engine(|engine| {
        engine.arrived = BytesMut::with_capacity(length);
        engine.arrived.as_mut_ptr()
    })
}

/// Takes the datagram of `length` bytes that the host has put into [`datagram_room`].
#[unsafe(no_mangle)]
pub extern "C" fn connection_receive(connection: usize, length: usize) {
    with_engine(|engine| {
        let mut datagram = std::mem::take(&mut engine.arrived);
        assert!(length <= datagram.capacity());
        // SAFETY: the host has filled it so far.
        unsafe { datagram.set_len(length) };
        engine.connections[connection].receive(datagram);
    });
}

/// The length of the next datagram, of no more than `size` bytes, and its place in the first result.
#[unsafe(no_mangle)]
pub extern "C" fn connection_transmit(connection: usize, size: u16) -> usize {
    with_engine(|engine| {
        engine.datagram.clear();
        engine.connections[connection].transmit(size, &mut engine.datagram);
        engine.results[0] = engine.datagram.as_ptr() as usize as f64;
        engine.datagram.len()
    })
}

/// Milliseconds until a timeout is due, or -1.
#[unsafe(no_mangle)]
pub extern "C" fn connection_timeout(connection: usize) -> f64 {
    with_connection(connection, |connection| match connection.due() {
        Some(due) => due.saturating_duration_since(Instant::now()).as_secs_f64() * 1000.0,
        None => -1.0,
    })
}

/// 1 when an answer was waited for in vain.
#[unsafe(no_mangle)]
pub extern "C" fn connection_handle_timeout(connection: usize) -> u32 {
    with_connection(connection, |connection| connection.handle_timeout().into())
}

#[unsafe(no_mangle)]
pub extern "C" fn connection_ping(connection: usize) {
    with_connection(connection, Connection::ping);
}

#[unsafe(no_mangle)]
pub extern "C" fn connection_peer_max_datagram(connection: usize) -> f64 {
    with_connection(connection, |connection| {
        connection.peer_max_datagram() as f64
    })
}

/// Lost datagrams and bytes in the first two results.
#[unsafe(no_mangle)]
pub extern "C" fn connection_losses(connection: usize) {
    with_engine(|engine| {
        let (datagrams, bytes) = engine.connections[connection].losses();
        engine.results[0] = datagrams as f64;
        engine.results[1] = bytes as f64;
    });
}

/// Closes with the reason in the input.
#[unsafe(no_mangle)]
pub extern "C" fn connection_close(connection: usize, code: f64, length: usize) {
    with_engine(|engine| {
        engine.connections[connection].close(code as u64, &engine.input[..length])
    });
}

/// Who ended the connection: 0 nobody, 1 the peer, 2 this end, 3 time. The reason's place and length, whether the code is
/// the application's, and the code are in the results.
#[unsafe(no_mangle)]
pub extern "C" fn connection_end(connection: usize) -> u32 {
    with_engine(|engine| {
        let Some(end) = engine.connections[connection].end() else {
            return 0;
        };
        let (by, application, code) = (end.by, end.application, end.code);
        let reason = Bytes::copy_from_slice(&end.reason);
        engine.show(reason);
        engine.results[2] = application.into();
        engine.results[3] = code as f64;
        by as u32
    })
}

/// How many of `wanted` bytes the stream may be given at present, and room for them in the first result.
#[unsafe(no_mangle)]
pub extern "C" fn stream_room(connection: usize, wanted: usize) -> usize {
    with_engine(|engine| {
        let length = engine.connections[connection].room_to_write().min(wanted);
        engine.chunk = Vec::with_capacity(length);
        engine.results[0] = engine.chunk.as_ptr() as usize as f64;
        length
    })
}

/// How many of the `length` bytes that the host has put into [`stream_room`] the stream took; -1 when the peer wants no
/// more, by the code in the first result, and -2 when it is over.
#[unsafe(no_mangle)]
pub extern "C" fn stream_write(connection: usize, length: usize) -> i32 {
    with_engine(|engine| {
        let mut chunk = std::mem::take(&mut engine.chunk);
        assert!(length <= chunk.capacity());
        // SAFETY: the host has filled it so far.
        unsafe { chunk.set_len(length) };
        match engine.connections[connection].write(chunk.into()) {
            Ok(taken) => taken as i32,
            Err(Refused::Stopped(code)) => {
                engine.results[0] = code as f64;
                -1
            }
            Err(Refused::Over) => -2,
        }
    })
}

/// 1 when this end's direction is ended.
#[unsafe(no_mangle)]
pub extern "C" fn stream_finish(connection: usize) -> u32 {
    with_connection(connection, |connection| connection.finish().into())
}

#[unsafe(no_mangle)]
pub extern "C" fn stream_cancel(connection: usize, code: f64) {
    with_connection(connection, |connection| connection.cancel(code as u64));
}

#[unsafe(no_mangle)]
pub extern "C" fn stream_readable(connection: usize) -> u32 {
    with_connection(connection, |connection| connection.is_readable().into())
}

/// How many bytes there are, their place in the first result; 0 when there are none now, -1 at the stream's end, -2 when
/// the peer reset it by the code in the first result.
#[unsafe(no_mangle)]
pub extern "C" fn stream_read(connection: usize, max: usize) -> i32 {
    with_engine(|engine| match engine.connections[connection].read(max) {
        Read::Nothing => 0,
        Read::Data(bytes) => engine.show(bytes) as i32,
        Read::Finished => -1,
        Read::Reset(code) => {
            engine.results[0] = code as f64;
            -2
        }
    })
}

/// Seals one packet as connections do, for checking against published vectors: the input has a key, an IV of 12 bytes,
/// a key for the header, a header that ends with the packet's number, and a payload. Returns the packet's length, its
/// place in the first result; 0 when it can't.
#[unsafe(no_mangle)]
pub extern "C" fn seal_packet(aead: u32, number: f64, header: usize, payload: usize) -> usize {
    with_engine(|engine| {
        let Some(aead) = Aead::from_number(aead) else {
            return 0;
        };
        let (key, rest) = engine.input.split_at(aead.key_bytes());
        let Some((iv, rest)) = rest.split_first_chunk() else {
            return 0;
        };
        let (header_key, rest) = rest.split_at(aead.key_bytes());
        let (header, rest) = rest.split_at(header);
        let keys = PacketKeys {
            aead,
            key,
            iv: *iv,
            header_key,
        };
        match seal(&keys, number as u64, header, &rest[..payload]) {
            Ok(packet) => engine.show(packet.into()),
            Err(_) => 0,
        }
    })
}
