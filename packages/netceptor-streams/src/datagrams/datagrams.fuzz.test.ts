import { MeshNode } from '@receptorjs/netceptor';
import { fuzz } from '@receptorjs/tooling-fuzz';
import { afterAll, expect } from 'vitest';
import { StreamHost } from '../stream-host.js';

const node = new MeshNode({ nodeId: 'solo' });
const streams = new StreamHost(node);
afterAll(async () => {
  await streams.close();
  await node.close();
});

/** What a dialer sends first, and after that; taken down by a service that answers nothing. */
const recorder = node.openDatagram('recorder');
const corpus: Buffer[] = [];
recorder.on('message', (payload) => corpus.push(Buffer.from(payload)));
await expect(streams.dial('solo', 'recorder', { timeoutMs: 300 })).rejects.toThrow();

const accepted: string[] = [];
await streams.listen('echo', {}, (stream) => {
  accepted.push(stream.remoteService);
  stream.destroy();
});

/** Until what was sent has been delivered and answered. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

fuzz('datagrams to a stream listener', {
  corpus: [...corpus, Buffer.alloc(0), Buffer.from([0xc0, 0, 0, 0, 1])],
  maxBytes: 16_384,
  run: async (input) => {
    const from = node.openDatagram();
    let answers = 0;
    from.on('message', () => answers++);
    from.send('solo', 'echo', input);
    await turn();
    from.close();
    expect(accepted).toEqual([]);
    return String(Math.min(answers, 3));
  },
});
