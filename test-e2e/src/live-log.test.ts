import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bin, command, Mesh } from './mesh.js';

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

const cat = { 'work-command': { worktype: 'cat', command: 'cat' } };

it('D25: a payload that is traced reaches the job whole, without a line break at its end', async () => {
  const near = mesh.start('near', [{ 'local-only': {} }, cat], {
    environment: { RECEPTOR_PAYLOAD_TRACE_LEVEL: '3' },
  });
  (await near.control()).close();
  const payload = 'one\n{"password": "hunter2"}\nand no end';
  const submit = ['--socket', near.socket, 'work', 'submit', 'cat', '-p', '-', '-f'];
  const done = await command(bin('receptorctl'), submit, { input: payload });
  expect(done.stdout).toBe(payload);
  const id = /with work unit (\w+)/.exec(near.logText())?.[1] ?? '';
  expect(readFileSync(join(mesh.folder, 'data', 'near', id, 'stdin'), 'utf8')).toBe(payload);
  for (const from of ['unix socket', 'stdin']) {
    expect(near.logText()).toMatch(
      new RegExp(
        `DEBUG .* PACKET TRACING ENABLED: Reading from ${from} with work unit ${id} with a payload of: one\\\\n`,
      ),
    );
  }
  expect(near.logText()).not.toContain('hunter2');
});

it('receptorctl log-level changes what a running node logs', async () => {
  const near = mesh.start('near', [{ 'local-only': {} }, cat]);
  (await near.control()).close();
  expect(await near.ctl('log-level')).toMatchObject({ code: 0, stdout: 'debug\n' });
  expect(await near.ctl('log-level', 'error')).toMatchObject({ code: 0, stdout: 'error\n' });
  const quiet = near.logText();
  expect(quiet).toMatch(/INFO .* Log level is error\n$/);
  await near.ctl('reload', '--plan');
  expect(await near.ctl('log-level', 'Info', '--json')).toMatchObject({
    stdout: expect.stringContaining('"info"') as string,
  });
  expect(near.logText().slice(quiet.length)).toMatch(/^INFO .* Log level is info\n$/);
  const loud = await near.ctl('log-level', 'loud');
  expect(loud.code).not.toBe(0);
  expect(loud.stdout + loud.stderr).toContain('log-level takes error, warning, info, debug');
});
