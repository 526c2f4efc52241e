//! One QUIC connection with its one stream, and the endpoint that quinn wants around it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use quinn_proto::{
    Chunk, ConnectionHandle, DatagramEvent, Dir, Endpoint, Event, ReadError, Side, StreamEvent,
    StreamId, VarInt, WriteError,
};
use web_time::Instant;

use crate::connection_ids::ConnectionIds;
use crate::ending::{End, EndedBy};
use crate::settings::{self, Role};

/// There are no sockets, so that all peers have one address.
const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1);
/// Keys are changed after so many packets, as Go does.
const PACKETS_PER_KEY: u64 = 100_000;
/// The largest single read, in bytes.
const READ_BYTES: usize = 1 << 20;
/// What a stream takes before it is sent, in bytes: several turns of sending, and little enough to stay in the caches.
const UNSENT_BYTES: usize = 256 << 10;

/// What one read gave.
pub enum Read {
    Nothing,
    Data(Bytes),
    Finished,
    /// The peer reset its direction, with this code.
    Reset(u64),
}

/// Why a write was not taken.
pub enum Refused {
    /// The peer wants no more, by this code.
    Stopped(u64),
    Over,
}

/// A connection. It alone writes its fields.
pub struct Connection {
    endpoint: Endpoint,
    /// None for a listener's until its first datagram.
    quic: Option<(ConnectionHandle, quinn_proto::Connection)>,
    /// What the endpoint has to say besides the connection.
    response: Option<Vec<u8>>,
    side: Side,
    connected: bool,
    /// It has ended without ever having had a `quic`.
    ended_early: bool,
    end: Option<End>,
    stream: Option<StreamId>,
    /// What was read and not yet taken.
    peeked: Option<Read>,
    read_done: bool,
    write_done: bool,
    keys_until: u64,
}

impl Connection {
    /// Begins a connection, or waits for a peer that does; `id` is the connection ID of this end.
    pub fn new(role: &Role, id: [u8; ConnectionIds::LENGTH]) -> Option<Self> {
        let config = Arc::new(settings::endpoint(id));
        let (server, side) = match role {
            Role::Dialer(_) => (None, Side::Client),
            Role::Listener(server) => (Some(server.clone()), Side::Server),
        };
        let mut endpoint = Endpoint::new(config, server, false, None);
        let quic = match role {
            Role::Dialer(client) => Some(
                endpoint
                    .connect(Instant::now(), client.clone(), PEER, "netceptor")
                    .ok()?,
            ),
            Role::Listener(_) => None,
        };
        Some(Self {
            endpoint,
            quic,
            response: None,
            side,
            connected: false,
            ended_early: false,
            end: None,
            stream: None,
            peeked: None,
            read_done: false,
            write_done: false,
            keys_until: PACKETS_PER_KEY,
        })
    }

    pub fn is_connected(&self) -> bool {
        self.connected
    }

    pub fn is_ended(&self) -> bool {
        self.ended_early || self.quic.as_ref().is_some_and(|(_, quic)| quic.is_closed())
    }

    /// Nothing more will be sent.
    pub fn is_closed(&self) -> bool {
        match &self.quic {
            Some((_, quic)) => quic.is_drained(),
            None => self.ended_early && self.response.is_none(),
        }
    }

    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// In bytes; 0 while it is not known.
    pub fn peer_max_datagram(&self) -> u64 {
        match &self.quic {
            Some((_, quic)) if self.connected => quic.peer_max_datagram(),
            _ => 0,
        }
    }

    /// Datagrams and bytes.
    pub fn losses(&self) -> (u64, u64) {
        match &self.quic {
            Some((_, quic)) => {
                let path = quic.stats().path;
                (path.lost_packets, path.lost_bytes)
            }
            None => (0, 0),
        }
    }

    pub fn receive(&mut self, datagram: BytesMut) {
        let now = Instant::now();
        let mut response = Vec::new();
        match self
            .endpoint
            .handle(now, PEER, None, None, datagram, &mut response)
        {
            Some(DatagramEvent::ConnectionEvent(_, event)) => {
                if let Some((_, quic)) = &mut self.quic {
                    quic.handle_event(event);
                }
            }
            Some(DatagramEvent::NewConnection(incoming))
                if self.quic.is_none() && !self.ended_early =>
            {
                match self.endpoint.accept(incoming, now, &mut response, None) {
                    Ok(accepted) => self.quic = Some(accepted),
                    Err(error) => {
                        self.response = error.response.is_some().then_some(response);
                        self.ended_early = true;
                        self.end.get_or_insert(End::of(&error.cause));
                    }
                }
            }
            Some(DatagramEvent::NewConnection(incoming)) => self.endpoint.ignore(incoming),
            // Once there is a connection, what belongs to none is answered by the mesh.
            Some(DatagramEvent::Response(_)) if self.quic.is_none() => {
                self.response = Some(response);
            }
            Some(DatagramEvent::Response(_)) | None => {}
        }
        self.settle();
    }

    /// Writes the next datagram, of no more than `size` bytes, to the empty `room`.
    pub fn transmit(&mut self, size: u16, room: &mut Vec<u8>) {
        if let Some(response) = self
            .response
            .take_if(|response| response.len() <= size.into())
        {
            room.extend_from_slice(&response);
            return;
        }
        let Some((_, quic)) = &mut self.quic else {
            return;
        };
        if self.connected {
            quic.set_max_datagram(size);
        }
        if quic.poll_transmit(Instant::now(), 1, room).is_none() {
            room.clear();
        }
        if quic.stats().path.sent_packets >= self.keys_until {
            self.keys_until += PACKETS_PER_KEY;
            quic.force_key_update();
        }
        self.settle();
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn due(&mut self) -> Option<Instant> {
        self.quic.as_mut()?.1.poll_timeout()
    }

    /// Whether an answer of the peer was waited for in vain; other times are due without that.
    pub fn handle_timeout(&mut self) -> bool {
        let Some((_, quic)) = &mut self.quic else {
            return false;
        };
        let before = quic.pto_count();
        quic.handle_timeout(Instant::now());
        let in_vain = quic.pto_count() > before;
        self.settle();
        in_vain
    }

    pub fn ping(&mut self) {
        if let Some((_, quic)) = &mut self.quic {
            quic.ping();
        }
    }

    pub fn close(&mut self, code: u64, reason: &[u8]) {
        if self.is_ended() {
            return;
        }
        let (code, reason) = (
            VarInt::from_u64(code).unwrap_or(VarInt::MAX),
            Bytes::copy_from_slice(reason),
        );
        self.end.get_or_insert_with(|| End {
            by: EndedBy::Local,
            application: true,
            code: code.into_inner(),
            reason: reason.to_vec(),
        });
        match &mut self.quic {
            Some((_, quic)) => quic.close(Instant::now(), code, reason),
            None => self.ended_early = true,
        }
        self.settle();
    }

    /// How many bytes to write at present: no more than are taken, since all that is given is kept until the last of it
    /// is acknowledged. One where none are taken, so that QUIC tells the peer what it waits for.
    pub fn room_to_write(&mut self) -> usize {
        let (Some(stream), Some((_, quic))) = (self.stream_to_write(), &mut self.quic) else {
            return 0;
        };
        if self.write_done {
            // Writing tells why.
            return UNSENT_BYTES;
        }
        let stream = quic.send_stream(stream);
        let credit = usize::try_from(stream.credit()).unwrap_or(usize::MAX);
        let unsent = stream.unsent() as usize;
        UNSENT_BYTES.saturating_sub(unsent).min(credit.max(1))
    }

    /// How much of `data` was taken.
    pub fn write(&mut self, data: Bytes) -> Result<usize, Refused> {
        let Some(stream) = self.stream_to_write() else {
            return Ok(0);
        };
        let Some((_, quic)) = &mut self.quic else {
            return Ok(0);
        };
        let mut stream = quic.send_stream(stream);
        // QUIC would not say so while it is blocked.
        if let Ok(Some(code)) = stream.stopped() {
            return Err(Refused::Stopped(code.into_inner()));
        }
        match stream.write_chunks(&mut [data]) {
            Ok(written) => Ok(written.bytes),
            Err(WriteError::Blocked) => Ok(0),
            Err(WriteError::Stopped(code)) => Err(Refused::Stopped(code.into_inner())),
            Err(WriteError::ClosedStream) => Err(Refused::Over),
        }
    }

    /// Ends this end's direction; false when there is no stream yet.
    pub fn finish(&mut self) -> bool {
        let Some(stream) = self.stream_to_write() else {
            return false;
        };
        let Some((_, quic)) = &mut self.quic else {
            return false;
        };
        // An end that the peer no longer wants to hear of is one too.
        let _ = quic.send_stream(stream).finish();
        true
    }

    /// Gives up both directions.
    pub fn cancel(&mut self, code: u64) {
        if let (Some(stream), Some((_, quic))) = (self.stream, &mut self.quic) {
            let code = VarInt::from_u64(code).unwrap_or(VarInt::MAX);
            self.write_done |= quic.send_stream(stream).reset(code).is_ok();
            self.read_done |= quic.recv_stream(stream).stop(code).is_ok();
            self.peeked = None;
        }
    }

    /// Whether [`Self::read`] would give something.
    pub fn is_readable(&mut self) -> bool {
        if self.peeked.is_none() {
            self.peeked = match self.read_from_quic() {
                Read::Nothing => None,
                something => Some(something),
            };
        }
        self.peeked.is_some()
    }

    /// Up to `max` bytes.
    pub fn read(&mut self, max: usize) -> Read {
        match self.peeked.take().unwrap_or_else(|| self.read_from_quic()) {
            Read::Data(mut data) if data.len() > max => {
                let head = data.split_to(max);
                self.peeked = Some(Read::Data(data));
                Read::Data(head)
            }
            Read::Reset(code) => {
                // It stays so.
                self.peeked = Some(Read::Reset(code));
                Read::Reset(code)
            }
            read => read,
        }
    }

    /// Whether both directions are ended and all that was sent is acknowledged.
    pub fn is_stream_done(&self) -> bool {
        self.read_done && self.write_done
    }

    fn read_from_quic(&mut self) -> Read {
        let (Some(stream), Some((_, quic))) = (self.stream, &mut self.quic) else {
            return Read::Nothing;
        };
        if self.read_done {
            return Read::Nothing;
        }
        let mut receiver = quic.recv_stream(stream);
        let Ok(mut chunks) = receiver.read(true) else {
            return Read::Nothing;
        };
        let read = match chunks.next(READ_BYTES) {
            Ok(Some(Chunk { bytes, .. })) => Read::Data(bytes),
            Ok(None) => Read::Finished,
            Err(ReadError::Blocked) => Read::Nothing,
            Err(ReadError::Reset(code)) => Read::Reset(code.into_inner()),
        };
        let _ = chunks.finalize();
        self.read_done |= matches!(read, Read::Finished | Read::Reset(_));
        read
    }

    /// A dialer opens its stream by writing.
    fn stream_to_write(&mut self) -> Option<StreamId> {
        if self.stream.is_none() && self.side == Side::Client {
            self.stream = self.quic.as_mut()?.1.streams().open(Dir::Bi);
        }
        self.stream
    }

    /// Passes on what the connection and its endpoint have to tell each other, and takes note of what happened.
    fn settle(&mut self) {
        let Some((handle, quic)) = &mut self.quic else {
            return;
        };
        while let Some(event) = quic.poll_endpoint_events() {
            // What the endpoint answers are further connection IDs for the peer: it gets none, so that every datagram
            // of the connection carries the ID by which the host knows it.
            let _ = self.endpoint.handle_event(*handle, event);
        }
        while let Some(event) = quic.poll() {
            match event {
                Event::Connected => self.connected = true,
                Event::ConnectionLost { reason } => {
                    self.end.get_or_insert_with(|| End::of(&reason));
                }
                Event::Stream(StreamEvent::Opened { dir: Dir::Bi }) => {
                    self.stream = self.stream.or(quic.streams().accept(Dir::Bi));
                }
                Event::Stream(StreamEvent::Finished { .. } | StreamEvent::Stopped { .. }) => {
                    self.write_done = true
                }
                _ => {}
            }
        }
    }
}
