import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { MeshStream } from '../mesh-stream.js';
import { linkNodes, type LinkLimits } from '../testing/test-link.js';
import { echo, member, reach, type Member } from '../testing/test-mesh.js';

/** What the link carries, and what one stream sends, before others have their turn, in bytes. */
const SLICE = 65_536;
const TURN = 131_072;
/** What waits on the link at most, and the datagram that goes beyond. */
const QUEUE = 5 * SLICE;

describe('streams that share a slow link', () => {
  async function busyLink(streams: number): Promise<{ near: Member; link: LinkLimits }> {
    const near = member('near');
    const far = member('far');
    const link = linkNodes(near.node, far.node);
    link.queueBytes = 4 * SLICE;
    link.bytesPerTurn = SLICE;
    await Promise.all([reach(near, 'far'), reach(far, 'near')]);
    await far.streams.listen('echo', {}, echo);
    await far.streams.listen('sink', {}, (stream) => {
      stream.on('error', () => undefined);
      stream.resume();
    });
    for (let count = 0; count < streams; count++) {
      const stream = await near.streams.dial('far', 'sink');
      stream.on('error', () => undefined);
      const chunk = Buffer.alloc(1 << 20);
      const fill = (): void => {
        while (!stream.destroyed && stream.write(chunk));
      };
      stream.on('drain', fill);
      fill();
    }
    while (link.carried < streams * 4_000_000) await new Promise(setImmediate);
    return { near, link };
  }

  async function answer(stream: MeshStream): Promise<void> {
    stream.write('a');
    await once(stream, 'readable');
    expect(String(stream.read())).toBe('a');
  }

  it.each([1, 4])(
    "%i of them hold up another's bytes by a few turns, not by windows",
    async (busy) => {
      const { near, link } = await busyLink(busy);
      const stream = await near.streams.dial('far', 'echo');
      const costs: number[] = [];
      for (let round = 0; round < 10; round++) {
        const before = link.carried;
        await answer(stream);
        costs.push(link.carried - before);
      }
      // The queue that was there, and what the others send before the answer comes back: what fills no datagram waits for the end of a turn.
      expect(Math.max(...costs)).toBeLessThan(2 * QUEUE + 3 * busy * TURN);
    },
  );

  it('get equal shares', async () => {
    const { near, link } = await busyLink(1);
    let got = 0;
    const stream = await near.streams.dial('far', 'sink');
    const chunk = Buffer.alloc(SLICE);
    const before = link.carried;
    while (link.carried - before < 40_000_000) {
      if (!stream.write(chunk)) await once(stream, 'drain');
      got += chunk.length;
    }
    const share = got / (link.carried - before);
    expect(share).toBeGreaterThan(0.35);
    expect(share).toBeLessThan(0.65);
  });
});
