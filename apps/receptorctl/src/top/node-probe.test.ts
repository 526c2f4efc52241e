import { ControlClient } from '@receptorjs/control-client';
import { duplexPair, type Duplex } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import { NodeProbe } from './node-probe.js';

/** A node far away: it answers nothing before all that was sent at once has come. */
class FarNode {
  readonly lines: string[] = [];
  roundTrips = 0;
  readonly client = ControlClient.through(() => Promise.resolve(this.#open()));

  #open(): Duplex {
    const [near, far] = duplexPair();
    far.write('Receptor Control, node far\n');
    far.on('data', (bytes: Buffer) => {
      this.roundTrips += 1;
      const lines = bytes.toString().trim().split('\n');
      this.lines.push(...lines);
      far.write(lines.map((line) => `${FarNode.answer(line)}\n`).join(''));
    });
    return near;
  }

  static answer(line: string): string {
    if (line.includes('"work"')) return '{"State":1,"Detail":"","StdoutSize":5,"WorkType":"sh"}';
    return line.includes('activity') ? 'ERROR: Unknown command' : '{"NodeID":"far"}';
  }
}

const { signal } = new AbortController();
const ids = Array.from({ length: 100 }, (_, at) => `u${at}`);
const far = new FarNode();
afterEach(() => {
  far.client.close();
});

it('takes few round trips, and asks a node that tells no activity for it once', async () => {
  const probe = new NodeProbe(far.client);
  const first = await probe.look(ids, signal);
  expect(first.statuses.size).toBe(100);
  expect(first.activity).toBeUndefined();
  expect(far.roundTrips).toBe(3);
  for (let at = 0; at < 3; at += 1) await probe.look(ids, signal);
  expect(far.roundTrips).toBe(9);
  const asked = (): number => far.lines.filter((line) => line.includes('activity')).length;
  expect(asked()).toBe(1);
  // another node may answer after one has been lost
  await expect(probe.look(ids, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  await probe.look(ids, signal);
  expect(asked()).toBe(2);
});
