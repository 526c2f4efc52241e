import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import type { QuicVerifier } from '@receptorjs/quic-engine';
import { MAX_DATAGRAM } from '@receptorjs/quic-engine';
import type { Subject } from './subject.js';
import { makeLink, type EndsOptions } from './ends.js';
import { openStream, readAll } from './transfer.js';

/** QUIC's codes for alerts of TLS begin here (RFC 9001, 4.8). */
const CRYPTO_ERROR = 0x100;
const ALERT = {
  badCertificate: 42,
  unsupported: 43,
  expired: 45,
  unknownCa: 48,
  internalError: 80,
  required: 116,
};

const named =
  (name: string): QuicVerifier =>
  ([own]) =>
    own !== undefined && new X509Certificate(own).subject === `CN=${name}`
      ? undefined
      : { alert: ALERT.badCertificate, message: `this is not ${name}` };

/** Who may speak with whom, and how those who may not are refused. */
export function handshakeCases(subject: Subject): void {
  const { explainsChains } = subject;

  async function opens(options: EndsOptions): Promise<void> {
    const link = await makeLink(subject.engine, options).connect();
    expect(link.dialer.end()).toBeUndefined();
    expect(link.dialer.established && link.listener.established).toBe(true);
    await openStream(link);
    expect(link.dialer.peerMaxDatagram).toBe(MAX_DATAGRAM);
    expect(link.listener.peerMaxDatagram).toBe(MAX_DATAGRAM);
    const shown = link.dialer.peerCertificates();
    expect(shown.length).toBeGreaterThan(0);
    const clients = link.listener.peerCertificates().length;
    expect(clients > 0).toBe(options.client !== undefined && options.clients !== 'unasked');
    link.release();
  }

  /** Both ends end by the alert; `by` has refused. */
  async function refuses(
    options: EndsOptions,
    by: 'dialer' | 'listener',
    alert: number,
    reason: string | undefined,
  ): Promise<void> {
    const link = makeLink(subject.engine, options);
    await link.until(() => link.dialer.ended && link.listener.ended);
    const [own, other] =
      by === 'dialer' ? [link.dialer, link.listener] : [link.listener, link.dialer];
    const code = CRYPTO_ERROR + alert;
    expect(own.end()).toMatchObject({ by: 'local', application: false, code });
    expect(other.end()).toMatchObject({ by: 'peer', application: false, code });
    if (reason !== undefined) {
      expect(own.end()?.reason).toContain(reason);
      expect(other.end()?.reason).toContain(reason);
    }
    expect(own.established).toBe(false);
    link.release();
  }

  const server = (): EndsOptions => ({ server: subject.identities.issue('far') });
  const mutual = (clients: 'required' | 'optional'): EndsOptions => ({
    ...server(),
    serverCa: subject.identities.authority(),
    clientCa: subject.identities.authority(),
    clients,
  });

  it('takes any certificate', () => opens(server()));

  it('takes any certificate that is found good', () =>
    opens({ ...server(), verifyServer: named('far') }));

  it('checks the chain', () =>
    opens({ ...server(), serverCa: subject.identities.authority(), verifyServer: named('far') }));

  it.each(['required', 'optional'] as const)('takes a client certificate that is %s', (clients) =>
    opens({
      ...mutual(clients),
      client: subject.identities.issue('near'),
      verifyClient: named('near'),
    }),
  );

  it('needs no client certificate when that is optional', () => opens(mutual('optional')));

  it('asks for no client certificate', () =>
    opens({ ...server(), client: subject.identities.issue('near'), clients: 'unasked' }));

  it.each(['rsa', 'p256', 'p384'] as const)('takes keys of the kind %s', (key) =>
    opens({
      ...mutual('required'),
      server: subject.identities.issue('far', { key }),
      client: subject.identities.issue('near', { key }),
    }),
  );

  it('refuses a listener that is found bad, in words', () =>
    refuses(
      { ...server(), verifyServer: named('someone') },
      'dialer',
      ALERT.badCertificate,
      'this is not someone',
    ));

  it('refuses a dialer that is found bad, in words', () =>
    refuses(
      {
        ...mutual('required'),
        client: subject.identities.issue('near'),
        verifyClient: named('someone'),
      },
      'listener',
      ALERT.badCertificate,
      'this is not someone',
    ));

  it('refuses by the shortest words, too', () =>
    refuses(
      { ...server(), verifyServer: () => ({ alert: 0, message: '' }) },
      'dialer',
      0,
      undefined,
    ));

  it.each([new Error('no idea'), Object.create(null) as unknown])(
    'refuses who could not be verified: %o',
    (error) =>
      refuses(
        {
          ...mutual('required'),
          client: subject.identities.issue('near'),
          verifyClient: () => {
            throw error;
          },
        },
        'listener',
        ALERT.internalError,
        'the certificates could not be verified: ',
      ),
  );

  it('takes a listener whose certificate is the CA itself', () => {
    const own = subject.identities.issueSelfSigned('alone');
    return opens({ server: own, serverCa: own.certificate });
  });

  it('takes a dialer whose certificate is the CA itself', () => {
    const own = subject.identities.issueSelfSigned('alone');
    return opens({ ...server(), clients: 'required', client: own, clientCa: own.certificate });
  });

  it.each(['required', 'optional'] as const)(
    'takes a CA that is no root for the end of a chain, client certificates %s',
    (clients) => {
      const { identities, endsChainsAnywhere } = subject;
      const trusted = identities.authority('issuing');
      const both = {
        server: identities.issue('far', { ca: 'issuing' }),
        serverCa: trusted,
        verifyServer: named('far'),
        client: identities.issue('near', { ca: 'issuing' }),
        clientCa: trusted,
        clients,
        verifyClient: named('near'),
      };
      return endsChainsAnywhere || clients === 'required'
        ? opens(both)
        : refuses(both, 'listener', ALERT.unknownCa, undefined);
    },
  );

  it('takes a listener whose certificate is trusted itself, whoever has issued it', () => {
    const own = subject.identities.issue('far');
    return opens({ server: own, serverCa: own.certificate, verifyServer: named('far') });
  });

  it('refuses a listener of an unknown CA beside one that is no root', async () => {
    const serverCa = subject.identities.authority('issuing');
    const server = subject.identities.issue('far', { ca: 'other' });
    // Without a verifier: an engine that leaves such chains to it takes no peer.
    await refuses({ server, serverCa }, 'dialer', ALERT.unknownCa, undefined);
  });

  it('refuses a listener of an unknown CA', () =>
    refuses(
      { ...server(), serverCa: subject.identities.authority('other') },
      'dialer',
      ALERT.unknownCa,
      explainsChains ? 'UnknownIssuer' : undefined,
    ));

  it('refuses a listener whose certificate has expired', async () =>
    refuses(
      {
        server: await subject.identities.issueExpired('old'),
        serverCa: subject.identities.authority(),
      },
      'dialer',
      ALERT.expired,
      explainsChains ? 'Expired' : undefined,
    ));

  it('refuses a listener whose certificate is for dialers', () =>
    refuses(
      {
        server: subject.identities.issue('far', { purpose: 'clientAuth' }),
        serverCa: subject.identities.authority(),
      },
      'dialer',
      ALERT.unsupported,
      undefined,
    ));

  it.each(['required', 'optional'] as const)(
    'refuses a dialer of an unknown CA when certificates are %s',
    (clients) =>
      refuses(
        { ...mutual(clients), client: subject.identities.issue('near', { ca: 'other' }) },
        'listener',
        ALERT.unknownCa,
        explainsChains ? 'UnknownIssuer' : undefined,
      ),
  );

  it('refuses a dialer whose certificate is for listeners', () =>
    refuses(
      {
        ...mutual('required'),
        client: subject.identities.issue('near', { purpose: 'serverAuth' }),
      },
      'listener',
      ALERT.unsupported,
      undefined,
    ));

  it('refuses a dialer without the certificate that is required', () =>
    refuses(
      mutual('required'),
      'listener',
      ALERT.required,
      explainsChains ? 'certificate required' : undefined,
    ));

  it('reads nothing that a refused dialer has written', async () => {
    const link = makeLink(subject.engine, {
      ...mutual('required'),
      client: subject.identities.issue('near'),
      verifyClient: named('someone'),
    });
    await link.until(
      () => link.dialer.ended && link.listener.ended,
      () => {
        if (link.dialer.established && !link.dialer.ended) {
          link.dialer.write(Buffer.from('x'), false);
        }
      },
    );
    expect(link.listener.established).toBe(false);
    link.release();
    expect(readAll(link.listener, () => undefined)).toBe(false);
  });

  it('refuses an identity that is none', () => {
    const identity = { certificate: 'none', key: 'none' };
    expect(() =>
      subject.engine.acceptor(identity, { clients: 'unasked', ca: undefined }).accept(),
    ).toThrow();
  });
}
