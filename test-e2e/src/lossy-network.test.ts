import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, command, Mesh, until, type Daemon } from './mesh.js';
import { Network, noNamespaces, type EmulatedLink } from './network.js';

const missing = noNamespaces();
if (missing !== undefined) console.warn(`skipped: ${missing}`);

const PORT = 2222;
const impaired = { loss: 0.05, delay_ms: 100, jitter_ms: 10, reorder: 0.1 } as const;

describe.skipIf(missing)('over a bad network', () => {
  let mesh: Mesh;
  let network: Network;
  let link: EmulatedLink;
  beforeEach(() => {
    mesh = new Mesh();
    network = new Network();
  });
  afterEach(async () => {
    await mesh.end();
    await network.end();
  });

  /** near and far in namespaces of their own, joined by one emulated link. */
  async function pair(
    backend: 'tcp' | 'udp' | 'ws',
    farActions: readonly object[],
  ): Promise<{ near: Daemon; far: Daemon }> {
    const [a, b] = [network.add('near'), network.add('far')];
    link = await network.link(a, b);
    const [, address] = link.addresses;
    const listener = { bindaddr: address, port: PORT, allowedpeers: ['near'] };
    const target = backend === 'ws' ? `ws://${address}:${PORT}` : `${address}:${PORT}`;
    const far = mesh.start('far', [{ [`${backend}-listener`]: listener }, ...farActions], {
      namespace: b,
    });
    const near = mesh.start('near', [{ [`${backend}-peer`]: { address: target } }], {
      namespace: a,
    });
    await near.routeTo('far');
    return { near, far };
  }

  const cat = { 'work-command': { worktype: 'cat', command: 'cat' } };

  it.each(['tcp', 'udp', 'ws'] as const)(
    'carries bytes exactly with 5 % loss, 100 ms and packets out of order (%s)',
    async (backend) => {
      const { near } = await pair(backend, [cat]);
      await link.impair(impaired);
      const payload = randomBytes(150_000).toString('base64');
      const { code, stdout, stderr } = await command(
        bin('receptorctl'),
        ['--socket', near.socket, 'work', 'submit', 'cat', '--node', 'far', '-f', '-p', '-'],
        { input: payload },
      );
      expect(code).toBe(0);
      // On such a network the first attempt may be the one that is lost.
      expect(stderr).toMatch(/^(?:Warning: far can't be reached yet; [^\n]*\n)?$/);
      expect(stdout.endsWith(payload)).toBe(true);
    },
  );

  it('brings a job through a link that is cut and healed', async () => {
    const gate = join(mesh.folder, 'gate');
    const script = `seq 1 20000; until [ -e ${gate} ]; do sleep 0.1; done; seq 20001 40000`;
    const { near } = await pair('tcp', [
      { 'work-command': { worktype: 'count', command: 'sh', params: `-c "${script}"` } },
    ]);
    const control = await near.control();
    const { unitId } = await control.submit({ node: 'far', workType: 'count' }, '');
    control.close();
    const results = await near.control();
    await link.impair({ loss: 1 });
    await until(
      'the link to be given up',
      () => /Connection with far ended/.test(near.logText()) || undefined,
      60_000,
    );
    writeFileSync(gate, '');
    await link.impair({ loss: 0 });
    const lines = (await text(await results.results(unitId))).split('\n');
    expect(lines).toHaveLength(40_001);
    expect(lines.slice(0, -1).every((line, at) => line === String(at + 1))).toBe(true);
  });

  it('notices at both ends a link on which only one direction works, and makes it again', async () => {
    const { near, far } = await pair('tcp', []);
    const before = near.logText().length;
    await link.impair({ direction: 'b', loss: 1 });
    const ended = (daemon: Daemon, peer: string, from = 0): true | undefined =>
      daemon.logText().slice(from).includes(`Connection with ${peer} ended`) || undefined;
    await until('near to notice', () => ended(near, 'far', before), 40_000);
    await until('far to notice', () => ended(far, 'near'), 40_000);
    await link.impair({ loss: 0 });
    await near.routeTo('far');
    const control = await near.control();
    expect(await control.ping('far')).toMatchObject({ success: true });
    control.close();
  });
});
