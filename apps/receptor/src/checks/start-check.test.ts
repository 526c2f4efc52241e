import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configure } from '@receptorjs/receptor-config';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startMistakes } from './start-check.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mistakes = async (...words: string[]): Promise<string[]> => {
  const configuration = configure(['--node', 'id=q', ...words]);
  return configuration.help ? [] : startMistakes(configuration.actions, 'q');
};

it.each([
  ['a control service', ['--control-service']],
  ['a proxy', ['--unix-socket-server', 'remotenode=far', 'remoteservice=echo']],
])(
  'tells that the folder for the socket of %s is not there, and makes nothing',
  async (_, words) => {
    const missing = join(folder, 'none');
    expect(await mistakes(...words, `filename=${join(missing, 'x.sock')}`)).toEqual([
      `error opening Unix socket: ${join(missing, 'x.sock')} can't be made: ${missing} does not exist`,
    ]);
    expect(await mistakes(...words, `filename=${join(folder, 'x.sock')}`)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  },
);
