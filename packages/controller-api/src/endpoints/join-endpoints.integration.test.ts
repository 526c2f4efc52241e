import {
  issueCertificate,
  newAuthority,
  receptorNodeIds,
  requestCertificate,
  requestedKey,
} from '@receptorjs/certificates';
import { JoinError, Joining, type MeshAuthority } from '@receptorjs/controller-core';
import { StoredJoins, storesInTransaction } from '@receptorjs/controller-storage';
import { createHash, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from '../test-server.js';

let server: TestServer;
let now = Date.now();
let ca: Awaited<ReturnType<typeof newAuthority>>;
const keys = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const fingerprint = 'F'.repeat(43);

const authority: MeshAuthority = {
  open: () =>
    Promise.resolve({
      certificate: ca.certificate,
      issue: (request, { nodeId, hosts, ...dates }) =>
        issueCertificate(ca, {
          ...{ key: requestedKey(request), commonName: nodeId, nodeId: [nodeId], ...dates },
          dnsName: hosts,
        }),
    }),
  keyDigest(request) {
    try {
      const key = requestedKey(request).export({ type: 'spki', format: 'der' });
      return createHash('sha256').update(key).digest('hex');
    } catch (cause) {
      throw new JoinError('bad-request', 'it is no request', 'csr', { cause });
    }
  },
};

beforeAll(async () => {
  ca = await newAuthority({ commonName: 'mesh', bits: 2048 });
  server = await startServer({
    joining: (storage) =>
      new Joining({
        inTransaction: (work) => storesInTransaction(storage.database, work),
        authority,
        workPublicKey: 'the key',
        certificateDays: 30,
        hostname: 'control-1',
        fingerprint,
        now: () => new Date(now),
      }),
  });
  const joins = new StoredJoins(server.storage.database);
  const node = { node_type: 'hybrid', node_state: 'ready' };
  await server.store.insert('instances', { hostname: 'control-1', ...node });
  await joins.setAddress('control-1', { host: '::1', port: 27_199 });
}, START_MS);
afterAll(() => server.stop());

async function token(fields: object = {}): Promise<string> {
  const { status, body } = await server.send('POST', '/api/v2/join_tokens/', fields);
  expect(body.token).toMatch(new RegExp(`^join1\\..{43}\\.${fingerprint}$`, 'u'));
  expect(status).toBe(201);
  return body.token.split('.')[1] ?? '';
}

/** A request of a machine, which asks for more names than it is to get. */
const join = (secret: string, node: string, more: object = {}, key = keys[0]) =>
  server.send('POST', '/api/v2/join/', {
    token: secret,
    node_id: node,
    node_type: 'execution',
    csr: key && requestCertificate(key, 'control-1', { nodeId: ['control-1'], dnsName: ['b'] }),
    ...more,
  });

it('a machine gets a certificate for its own ID and no other name, and is a node', async () => {
  const { status, body } = await join(await token(), 'far-1');
  expect(status).toBe(200);
  expect(body).toMatchObject({ peers: ['[::1]:27199'], work_public_key: 'the key' });
  const certificate = new X509Certificate(String(body['certificate']));
  expect(receptorNodeIds(certificate.raw)).toEqual(['far-1']);
  expect(certificate.subject).toBe('CN=far-1');
  expect(certificate.subjectAltName).not.toContain('DNS');
  expect(certificate.verify(createPublicKey(ca.certificate))).toBe(true);
  expect(Math.round((Date.parse(certificate.validTo) - now) / 86_400_000)).toBe(30);
  const found = await server.send('GET', '/api/v2/instances/?hostname=far-1');
  expect(found.body.results[0]).toMatchObject({ node_type: 'execution', node_state: 'installed' });
  const noted = await server.send('GET', '/api/v2/activity_stream/?object1=instance');
  expect(JSON.stringify(noted.body.results)).toContain('far-1');
});

it('of two machines at once one uses a token; its key may say it again, until the token expires', async () => {
  const secret = await token();
  const both = await Promise.all(keys.map((key) => join(secret, 'two', {}, key)));
  expect(both.map(({ status }) => status).sort()).toEqual([200, 403]);
  const winner = keys[both[0]?.status === 200 ? 0 : 1];
  expect((await join(secret, 'two', {}, winner)).status).toBe(200);
  expect((await join(secret, 'three', {}, winner)).status).toBe(403);
  now += 7_200_000;
  const late = await join(secret, 'two', {}, winner);
  now -= 7_200_000;
  expect(late.status).toBe(403);
  expect(late.body.detail).toContain('expired');
});

it('a node that is there is replaced by a token for it alone, and a controller by none', async () => {
  expect((await join(await token(), 'far-1', {}, keys[1])).status).toBe(409);
  expect((await join(await token({ node_id: 'far-1' }), 'far-1', {}, keys[1])).status).toBe(200);
  expect((await join(await token({ node_id: 'control-1' }), 'control-1')).status).toBe(409);
});

it('a node may listen on the host of another one, and takes the place of none', async () => {
  const listener = { listener_host: '::1', listener_port: 27_200 };
  const secret = await token({ node_type: 'hop', ...listener });
  const hop = await join(secret, 'hop-1', { node_type: 'hop' });
  expect(hop.body).toMatchObject({ listener_port: 27_200, peers: ['[::1]:27199'] });
  const [row] = (await server.send('GET', '/api/v2/instances/?hostname=hop-1')).body.results;
  await server.send('PATCH', `/api/v2/instances/${row?.id}/`, { peers_from_control_nodes: true });
  const addresses = await server.send('GET', '/api/v2/receptor_addresses/?order_by=port');
  expect(addresses.body.results.map((each) => each['full_address'])).toEqual([
    '::1:27199',
    '::1:27200',
  ]);
  const next = await join(await token(), 'far-3');
  expect(next.body).toMatchObject({ peers: ['[::1]:27199'] });
});

it('a refused machine leaves its token as it was', async () => {
  const secret = await token();
  expect((await join(secret, 'control-1')).status).toBe(409);
  expect((await join(secret, 'far-2', { csr: 'none' })).status).toBe(400);
  expect((await join(secret, '../x')).status).toBe(400);
  expect((await join(secret, 'far-2', { more: 'x'.repeat(70_000) })).status).toBe(413);
  expect((await join(secret, 'far-2')).status).toBe(200);
});

it('tokens are of administrators, stored as digests and told once', async () => {
  for (const as of ['operator', 'auditor', 'none'] as const)
    expect((await server.send('POST', '/api/v2/join_tokens/', {}, { as })).status).toBe(403);
  const secret = await token({ node_id: 'once' });
  const listed = await server.send('GET', '/api/v2/join_tokens/?node_id=once');
  expect(listed.body.results[0]).toMatchObject({ node_id: 'once', used: null });
  expect(listed.text).not.toContain(secret);
  const rows = await server.storage.database.selectFrom('join_tokens').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(secret);
  const activity = await server.send('GET', '/api/v2/activity_stream/?page_size=200');
  expect(activity.text).not.toContain(secret);
});

it('a token that makes no sense is not made', async () => {
  const group = await server.store.insert('instance_groups', { name: 'edge' });
  const refused = async (fields: object) =>
    (await server.send('POST', '/api/v2/join_tokens/', fields)).body;
  expect(await refused({ node_type: 'control' })).toHaveProperty('node_type');
  expect(await refused({ node_id: 'a b' })).toHaveProperty('node_id');
  expect(await refused({ node_type: 'hop', instance_group: group })).toHaveProperty(
    'instance_group',
  );
  expect(await refused({ listener_host: 'a' })).toHaveProperty('listener_port');
  expect(await refused({ peer: 999 })).toHaveProperty('peer');
  for (const expires of ['2000-01-01T00:00:00Z', '2999-01-01T00:00:00Z'])
    expect(await refused({ expires })).toHaveProperty('expires');
});

it('who shows ten wrong tokens has to wait', async () => {
  const good = await token();
  for (let i = 0; i < 10; i += 1) expect((await join('x'.repeat(43), 'far-9')).status).toBe(403);
  const waiting = await join(good, 'far-9');
  expect(waiting.status).toBe(429);
  expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(200);
});
