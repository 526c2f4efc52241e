import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@receptorjs/tooling-test-peers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Mesh } from './mesh.js';

/** Units, half of them on another node (RECEPTORJS_UNITS makes them more), and how many are under way at once. */
const UNITS = Number(process.env.RECEPTORJS_UNITS ?? 300);
const AT_ONCE = 16;

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

it('units that go well leave no line of warning or error, and no file', async () => {
  const port = await freePort();
  const echo = { 'work-command': { worktype: 'echo', command: 'cat' } };
  const noRunner = { 'work-runner': { offer: false } };
  const far = mesh.start('far', [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }, echo]);
  await far.logs('Initialization complete');
  const near = mesh.start('near', [
    { 'tcp-peer': { address: `127.0.0.1:${port}` } },
    echo,
    noRunner,
  ]);
  await near.routeTo('far');
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const control = await near.control();
      try {
        for (let number = next++; number < UNITS; number = next++) {
          const node = number % 2 === 0 ? 'near' : 'far';
          const payload = `unit ${number}`;
          const { stdout } = await control.runWork({ node, workType: 'echo' }, payload);
          expect(String(stdout)).toBe(payload);
        }
      } finally {
        control.close();
      }
    }),
  );
  for (const daemon of [near, far]) {
    expect(daemon.logText().match(/^(?:ERROR|WARNING) .*$/gm) ?? []).toEqual([]);
    const left = readdirSync(join(mesh.folder, 'data', daemon.name)).filter(
      (name) => !name.startsWith('.'),
    );
    expect(left).toEqual([]);
  }
}, 180_000);
