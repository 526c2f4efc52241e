import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { dialIn, startTestNode } from './test-node.js';

it('runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wc-'));
  const far = await startTestNode(folder, 'far');
  const near = await startTestNode(folder, 'near', { dial: dialIn(folder) });
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const t = performance.now();
    const c = await near.client();
    const { unitId, result } = await c.submit(
      { node: i % 2 ? 'near' : 'far', workType: 'cat' },
      'hello\n',
    );
    const r = await near.client();
    const out = await text(await r.results(unitId));
    times.push(Math.round(performance.now() - t));
    expect(out).toBe('hello\n');
    const s = await (await near.client()).workStatus(unitId);
    if (i < 2) console.log(result, s);
  }
  console.log(times.join(' '));
  await near.close();
  await far.close();
});
