import { OctetString } from '@peculiar/asn1-schema';
import { Extension } from '@peculiar/asn1-x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyChain } from './verify-chain.js';
import { verifyPeer } from './verify-peer.js';
import { receptorNodeIds } from './receptor-name.js';
import { issue, type TestIdentity } from '../test-pki.js';

const root = issue('root', { ca: true });
const other = issue('other', { ca: true });

function verify(
  chain: readonly TestIdentity[],
  {
    anchors = [root],
    purpose = 'server',
    now = Date.now(),
  }: {
    readonly anchors?: readonly TestIdentity[];
    readonly purpose?: 'server' | 'client';
    readonly now?: number;
  } = {},
): string {
  const problem = verifyChain(
    chain.map(({ parsed }) => parsed),
    { anchors: anchors.map(({ parsed }) => parsed), purpose, now },
  );
  return problem === undefined ? 'right' : `${problem.code}: ${problem.message}`;
}

describe('a chain', () => {
  const middle = issue('middle', { issuer: root, ca: true });
  const leaf = issue('leaf', { issuer: middle });

  it('leads to the CA directly or through others, in whatever order they come', () => {
    expect(verify([issue('leaf', { issuer: root })])).toBe('right');
    expect(verify([leaf, middle])).toBe('right');
    const low = issue('low', { issuer: middle, ca: true });
    expect(verify([issue('leaf', { issuer: low }), root, middle, other, low])).toBe('right');
  });

  it('ends at any certificate that is trusted, root or not', () => {
    expect(verify([leaf, middle], { anchors: [middle] })).toBe('right');
    expect(verify([leaf], { anchors: [middle] })).toBe('right');
    expect(verify([leaf], { anchors: [leaf] })).toBe('right');
    const old = issue('old');
    expect(verify([issue('leaf', { issuer: old })], { anchors: [old] })).toBe('right');
  });

  it('goes on over none of version 1, which can not say that it is a CA', () => {
    const old = issue('old', { issuer: root });
    expect(verify([issue('leaf', { issuer: old }), old])).toMatch(/^untrusted/);
    const newer = issue('newer', { hosts: ['newer'] });
    expect(verify([issue('leaf', { issuer: newer })], { anchors: [newer] })).toMatch(/^untrusted/);
  });

  it('needs every CA between', () => {
    expect(verify([leaf])).toBe(
      'untrusted: certificate is signed by an unknown authority: CN=middle',
    );
  });

  it('is not trusted for a CA of the same name with another key', () => {
    const impostor = issue('impostor root', { ca: true });
    const named = { ...impostor, name: 'root' };
    expect(verify([issue('leaf', { issuer: named })])).toMatch(/^untrusted/);
  });

  it('is not trusted when a certificate that is no CA signed it', () => {
    const citizen = issue('citizen', { issuer: root });
    expect(verify([issue('leaf', { issuer: citizen }), citizen])).toMatch(/^untrusted/);
  });

  it('may be the trusted certificate itself', () => {
    const self = issue('self');
    expect(verify([self], { anchors: [self] })).toBe('right');
    expect(verify([self])).toMatch(/^untrusted/);
  });

  it('keeps to the path length of each CA', () => {
    const top = issue('root', { ca: true, maxPathLength: 0 });
    const below = issue('middle', { issuer: top, ca: true });
    expect(verify([issue('leaf', { issuer: top })], { anchors: [top] })).toBe('right');
    expect(verify([issue('leaf', { issuer: below }), below], { anchors: [top] })).toBe(
      'untrusted: too many CAs below CN=root: it allows 0',
    );
  });

  it('is valid from the first to the last second of each certificate', () => {
    const [from, to] = [Date.parse('2030-01-01T00:00:00Z'), Date.parse('2030-02-01T00:00:00Z')];
    const dates = { notBefore: '2030-01-01T00:00:00Z', notAfter: '2030-02-01T00:00:00Z' };
    const ca = issue('root', { ca: true, notAfter: '2040-01-01T00:00:00Z' });
    const brief = issue('leaf', { issuer: ca, ...dates });
    const at = (now: number): string => verify([brief], { anchors: [ca], now });
    expect(at(from - 1000)).toMatch(/^not-yet-valid: .*CN=leaf.*2030-01-01T00:00:00Z/);
    expect(at(from)).toBe('right');
    expect(at(to)).toBe('right');
    expect(at(to + 1000)).toMatch(/^expired: .*CN=leaf.*2030-02-01T00:00:00Z/);
    const briefCa = issue('middle', { issuer: ca, ca: true, ...dates });
    const long = issue('leaf', { issuer: briefCa, notAfter: '2040-01-01T00:00:00Z' });
    expect(verify([long, briefCa], { anchors: [ca], now: to + 1000 })).toMatch(
      /^expired: .*CN=middle/,
    );
  });

  it('takes another way when one has expired', () => {
    const old = issue('middle', {
      issuer: root,
      ca: true,
      notBefore: '2000-01-01T00:00:00Z',
      notAfter: '2001-01-01T00:00:00Z',
    });
    expect(verify([leaf, old, middle])).toBe('right');
  });

  it('is for the purpose it is presented for, CAs included', () => {
    const server = issue('leaf', { issuer: root, purposes: ['server'] });
    expect(verify([server])).toBe('right');
    expect(verify([server], { purpose: 'client' })).toMatch(/^wrong-purpose: .*not for a client/);
    const clientsOnly = issue('middle', { issuer: root, ca: true, purposes: ['client'] });
    expect(verify([issue('leaf', { issuer: clientsOnly }), clientsOnly])).toMatch(
      /^wrong-purpose: CA CN=middle may not issue for a server/,
    );
  });

  it('keeps to the names that its CAs permit', () => {
    const narrow = issue('middle', {
      issuer: root,
      ca: true,
      permittedHosts: ['example.org'],
      excludedHosts: ['bad.example.org'],
      permittedAddresses: ['10.0.0.0/8'],
    });
    const verdict = (names: { hosts?: string[]; addresses?: string[] }): string =>
      verify([issue('leaf', { issuer: narrow, ...names }), narrow]);
    expect(verdict({ hosts: ['example.org', 'a.example.org'], addresses: ['10.1.2.3'] })).toBe(
      'right',
    );
    expect(verdict({ hosts: ['notexample.org'] })).toContain(
      'does not permit the name notexample.org',
    );
    expect(verdict({ hosts: ['a.bad.example.org'] })).toContain(
      'excludes the name a.bad.example.org',
    );
    expect(verdict({ addresses: ['11.0.0.1'] })).toContain('does not permit the name 11.0.0.1');
    expect(verdict({ addresses: ['::1'] })).toContain('does not permit the name ::1');
  });

  it('is bounded', () => {
    expect(verify(new Array<TestIdentity>(17).fill(leaf))).toMatch(/^untrusted: .*17 certificates/);
    const ring = ['a', 'b', 'c', 'd'].map((name) => issue(`root ${name}`, { ca: true }));
    const cross = ring.flatMap((issuer) =>
      ring.filter((each) => each !== issuer).map(({ name }) => issue(name, { issuer, ca: true })),
    );
    const [first] = ring;
    if (first === undefined) throw new Error('a ring has members');
    expect(verify([issue('leaf', { issuer: first }), ...cross], { anchors: [other] })).toMatch(
      /^untrusted/,
    );
  });
});

describe('a peer', () => {
  const rules = {
    purpose: 'server' as const,
    anchors: [root.parsed],
    pins: [],
    pinsOnly: false,
    now: Date.now() + 60_000,
  };

  it('is for its host by DNS name or IP address, never by common name', () => {
    const der = issue('leaf', {
      issuer: root,
      hosts: ['a.example.org', '*.wild.example.org'],
      addresses: ['127.0.0.1', '::1'],
    }).der;
    for (const host of ['a.example.org', 'x.wild.example.org', '127.0.0.1', '::1', '[::1]']) {
      expect(verifyPeer([der], { host }, rules)).toBeUndefined();
    }
    for (const host of ['leaf', 'b.example.org', 'x.y.wild.example.org', '127.0.0.2']) {
      expect(verifyPeer([der], { host }, rules)).toMatchObject({ code: 'wrong-name' });
    }
  });

  it('is for any of its node IDs', () => {
    const der = issue('leaf', { issuer: root, nodeIds: ['a', 'ü', 'b'.repeat(1000)] }).der;
    for (const nodeId of ['a', 'ü', 'b'.repeat(1000)]) {
      expect(verifyPeer([der], { nodeId }, rules)).toBeUndefined();
    }
    expect(verifyPeer([der], { nodeId: 'c' }, rules)?.message).toMatch(
      /^certificate is valid for Receptor node IDs a, ü, b+, not c$/,
    );
    expect(verifyPeer([issue('leaf', { issuer: root }).der], { nodeId: 'c' }, rules)?.message).toBe(
      'certificate is not valid for any Receptor node IDs, but wanted to match c',
    );
  });

  it('with a critical extension nobody knows is refused', () => {
    const more = [
      new Extension({
        extnID: '1.2.3.4',
        critical: true,
        extnValue: new OctetString(new ArrayBuffer(2)),
      }),
    ];
    expect(() => issue('leaf', { issuer: root, more })).toThrow(
      'unknown critical extension 1.2.3.4',
    );
  });

  it('that shows anything else is refused, never more', () => {
    expect(verifyPeer([], {}, rules)).toMatchObject({ code: 'missing' });
    const { der } = issue('leaf', { issuer: root, nodeIds: ['a'] });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 64 }),
          fc.tuple(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
            const changed = Buffer.from(der);
            changed[at] = (changed[at] ?? 0) ^ change;
            return changed;
          }),
        ),
        (bytes) => {
          expect(verifyPeer([bytes], { nodeId: 'a' }, rules)).toHaveProperty('code');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('D29: a node ID of any length', () => {
  it.each([1, 110, 111, 120, 127, 128, 250, 1024])(
    'is read as it was written: %i bytes',
    (length) => {
      const nodeId = 'n'.repeat(length);
      expect(receptorNodeIds(issue('leaf', { nodeIds: [nodeId] }).der)).toEqual([nodeId]);
    },
  );

  it('has the bytes that the original writes', () => {
    const der = issue('leaf', { nodeIds: ['a'] }).der.toString('hex');
    expect(der).toContain('a01006092b06010401920813 01a0030c0161'.replace(' ', ''));
  });
});
