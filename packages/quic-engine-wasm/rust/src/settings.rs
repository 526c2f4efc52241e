//! What all connections of an instance have in common: one role, one identity, one way to verify peers.

use std::sync::Arc;
use std::time::Duration;

use quinn_proto::{
    ClientConfig, EndpointConfig, IdleTimeout, ServerConfig, TransportConfig, VarInt,
};
use rustls::client::Resumption;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::time_provider::TimeProvider;
use rustls::version::TLS13;
use web_time::{SystemTime, UNIX_EPOCH};

use crate::congestion::DelayBoundedConfig;
use crate::connection_ids::ConnectionIds;
use crate::crypto::signatures::HostKey;
use crate::crypto::suites::provider;
use crate::crypto::tokens::{ResetKey, TokenKey};
use crate::host;
use crate::peer_verifier::{Clients, PeerVerifier};
use crate::session::{Dialer, Listener};

/// The protocol all peers speak on QUIC.
const ALPN: &[u8] = b"netceptor";
/// The largest datagram that is taken, in bytes.
pub const MAX_DATAGRAM: u16 = 65_480;
/// What a connection begins with (RFC 9000, 14), in bytes.
pub const MIN_DATAGRAM: u16 = 1_200;
/// In flight before anything is known of the way, in bytes.
const INITIAL_WINDOW: u64 = 160_000;
/// What may wait to be acknowledged, in bytes.
const SEND_WINDOW: u64 = 16 << 20;

/// The certificate and the kind of key of this end.
pub struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: HostKey,
}

/// Bounds that both ends tell each other.
pub struct Limits {
    pub idle_millis: u32,
    pub stream_window: u32,
    pub connection_window: u32,
    /// Whether AES comes before ChaCha20.
    pub prefers_aes: bool,
}

/// What an instance begins connections with.
pub enum Role {
    Dialer(ClientConfig),
    Listener(Arc<ServerConfig>),
}

pub fn dialer(
    authorities: Option<&[CertificateDer<'static>]>,
    identity: Option<Identity>,
    limits: &Limits,
) -> Role {
    let verifier = Arc::new(PeerVerifier::new(authorities, Clients::Unasked));
    let builder = rustls::ClientConfig::builder_with_details(
        provider(limits.prefers_aes),
        Arc::new(HostTime),
    )
    .with_protocol_versions(&[&TLS13])
    .expect("the provider has suites of TLS 1.3")
    .dangerous()
    .with_custom_certificate_verifier(verifier);
    let mut tls = match identity {
        Some(identity) => builder.with_client_cert_resolver(resolver(identity)),
        None => builder.with_no_client_auth(),
    };
    tls.alpn_protocols = vec![ALPN.to_vec()];
    tls.enable_sni = false;
    tls.resumption = Resumption::disabled();
    let mut config = ClientConfig::new(Arc::new(Dialer(Arc::new(tls))));
    config.transport_config(transport(limits));
    Role::Dialer(config)
}

pub fn listener(
    clients: Clients,
    authorities: Option<&[CertificateDer<'static>]>,
    identity: Identity,
    limits: &Limits,
) -> Role {
    let builder = rustls::ServerConfig::builder_with_details(
        provider(limits.prefers_aes),
        Arc::new(HostTime),
    )
    .with_protocol_versions(&[&TLS13])
    .expect("the provider has suites of TLS 1.3");
    let builder = match clients {
        Clients::Unasked => builder.with_no_client_auth(),
        _ => builder.with_client_cert_verifier(Arc::new(PeerVerifier::new(authorities, clients))),
    };
    let mut tls = builder.with_cert_resolver(resolver(identity));
    tls.alpn_protocols = vec![ALPN.to_vec()];
    tls.send_tls13_tickets = 0;
    // Go offers AES first where it has instructions for it, which WebAssembly has not.
    tls.ignore_client_order = true;
    let mut config = ServerConfig::new(
        Arc::new(Listener(Arc::new(tls))),
        Arc::new(TokenKey::random()),
    );
    config.transport = transport(limits);
    config.migration(false);
    config.validation_token.sent(0);
    Role::Listener(Arc::new(config))
}

/// What the endpoint of one connection begins with; `id` is the connection ID of this end.
pub fn endpoint(id: [u8; ConnectionIds::LENGTH]) -> EndpointConfig {
    let mut config = EndpointConfig::new(Arc::new(ResetKey::random()));
    config
        .max_udp_payload_size(MAX_DATAGRAM)
        .expect("QUIC allows as much");
    config.grease_quic_bit(false);
    config.rng_seed(Some(host::random_bytes()));
    config.cid_generator(move || Box::new(ConnectionIds::beginning_with(id)));
    config
}

fn resolver(Identity { chain, key }: Identity) -> Arc<SingleCertAndKey> {
    Arc::new(SingleCertAndKey::from(CertifiedKey::new(
        chain,
        Arc::new(key),
    )))
}

fn transport(limits: &Limits) -> Arc<TransportConfig> {
    let idle = Duration::from_millis(limits.idle_millis.into());
    let mut config = TransportConfig::default();
    config
        .max_idle_timeout(Some(
            IdleTimeout::try_from(idle).expect("32 bits of milliseconds fit"),
        ))
        .stream_receive_window(limits.stream_window.into())
        .receive_window(limits.connection_window.into())
        .send_window(SEND_WINDOW)
        .max_concurrent_bidi_streams(VarInt::from_u32(1))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .initial_mtu(MIN_DATAGRAM)
        .min_mtu(MIN_DATAGRAM)
        .mtu_discovery_config(None)
        .datagram_receive_buffer_size(None)
        .enable_segmentation_offload(false)
        .allow_spin(false)
        .congestion_controller_factory(Arc::new(DelayBoundedConfig::new(INITIAL_WINDOW)));
    Arc::new(config)
}

#[derive(Debug)]
struct HostTime;

impl TimeProvider for HostTime {
    fn current_time(&self) -> Option<UnixTime> {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .map(UnixTime::since_unix_epoch)
    }
}
