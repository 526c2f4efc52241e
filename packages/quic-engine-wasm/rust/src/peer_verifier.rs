//! Whether a peer's certificates are good: first what the host says, then the chain.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::verify_tls13_signature;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, SignatureScheme,
};
use webpki::{EndEntityCert, KeyUsage};

use crate::crypto::signatures::ALGORITHMS;
use crate::host;
use crate::verdict::Verdict;

/// Whom a listener asks for a certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clients {
    Unasked,
    Optional,
    Required,
}

/// Verifies the peers of one configuration.
#[derive(Debug)]
pub struct PeerVerifier {
    /// None: any chain will do.
    anchors: Option<Vec<TrustAnchor<'static>>>,
    mandatory: bool,
}

impl PeerVerifier {
    /// Certificates in `authorities` that are none are left out.
    pub fn new(authorities: Option<&[CertificateDer<'static>]>, clients: Clients) -> Self {
        let anchors = authorities.map(|certificates| {
            let anchors = certificates
                .iter()
                .filter_map(|each| webpki::anchor_from_trusted_cert(each).ok());
            anchors.map(|anchor| anchor.to_owned()).collect::<Vec<_>>()
        });
        Self {
            anchors,
            mandatory: clients == Clients::Required,
        }
    }

    fn verify(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
        usage: KeyUsage,
    ) -> Result<(), Error> {
        let mut shown = Vec::new();
        for certificate in std::iter::once(own).chain(others) {
            shown.extend_from_slice(&(certificate.len() as u32).to_le_bytes());
            shown.extend_from_slice(certificate);
        }
        match host::peer_verdict(&shown) {
            Verdict::Good => {}
            Verdict::Trusted => return Ok(()),
            Verdict::Refused(refusal) => {
                let refusal = OtherError(Arc::new(refusal));
                return Err(Error::InvalidCertificate(CertificateError::Other(refusal)));
            }
        }
        let Some(anchors) = &self.anchors else {
            return Ok(());
        };
        let certificate = EndEntityCert::try_from(own).map_err(|error| refused(&error))?;
        certificate
            .verify_for_usage(ALGORITHMS.all, anchors, others, now, usage, None, None)
            .map_err(|error| refused(&error))?;
        Ok(())
    }
}

fn refused(error: &webpki::Error) -> Error {
    Error::InvalidCertificate(match error {
        webpki::Error::CertExpired { .. } => CertificateError::Expired,
        webpki::Error::CertNotValidYet { .. } => CertificateError::NotValidYet,
        webpki::Error::UnknownIssuer => CertificateError::UnknownIssuer,
        webpki::Error::BadDer | webpki::Error::BadDerTime => CertificateError::BadEncoding,
        webpki::Error::RequiredEkuNotFoundContext(_) => CertificateError::InvalidPurpose,
        other => CertificateError::Other(OtherError(Arc::new(other.clone()))),
    })
}

fn no_tls12() -> Error {
    Error::General("QUIC begins with TLS 1.3".into())
}

impl ServerCertVerifier for PeerVerifier {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verify(own, others, now, KeyUsage::server_auth())?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(no_tls12())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &ALGORITHMS)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ALGORITHMS.supported_schemes()
    }
}

impl ClientCertVerifier for PeerVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }

    /// None are named: a dialer that has a certificate of another CA would not show it, and never learn why it is refused.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.verify(own, others, now, KeyUsage::client_auth())?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(no_tls12())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &ALGORITHMS)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ALGORITHMS.supported_schemes()
    }
}
