import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { QuicEngine } from '@receptorjs/quic-engine';
import { TestIdentities } from './identities.js';
import { Link } from './link.js';
import { openStream } from './transfer.js';

/** Native objects are freed by the garbage collector, which does not see how large they are. */
const COLLECT_EVERY = 250;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects, and resolves with what the process holds, in bytes. */
async function held(): Promise<number> {
  collect();
  // They are freed in turns of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  return process.memoryUsage().rss;
}

/** Opens and closes many connections; the memory of the process stays as it is after the first few. */
export function describeManyConnections(
  name: string,
  load: () => Promise<QuicEngine>,
  count: number,
): void {
  it(`QUIC engine ${name} opens and closes ${count} connections with flat memory`, async () => {
    const identities = new TestIdentities();
    const engine = await load();
    const server = identities.issue('many', { key: 'p256' });
    identities.remove();
    const connector = engine.connector({ ca: undefined, identity: undefined });
    const acceptor = engine.acceptor(server, { clients: 'unasked', ca: undefined });
    const begin = process.cpuUsage();
    let warm = 0;
    for (let opened = 0; opened < count; opened++) {
      const link = await new Link(connector.connect(), acceptor.accept()).connect();
      await openStream(link);
      link.dialer.close(0, 'normal close');
      await link.until(() => link.listener.ended);
      link.release();
      if (opened % COLLECT_EVERY === 0) await held();
      if (opened === count >> 2) warm = await held();
    }
    const { user, system } = process.cpuUsage(begin);
    const milliseconds = (user + system) / 1_000 / count;
    const growth = (await held()) - warm;
    console.log(
      `${name}: ${count} connections, ${milliseconds.toFixed(2)} ms of CPU each, both ends; grew by ${(growth / 1e6).toFixed(1)} MB`,
    );
    expect(growth).toBeLessThan(40e6);
  }, 300_000);
}
