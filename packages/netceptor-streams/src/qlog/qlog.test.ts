import { silentLogger } from '@receptorjs/primitives';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { loadEngine } from '@receptorjs/quic-engine-wasm';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { echo, join as link, member, reach } from '../testing/test-mesh.js';
import { loadQuicEngine } from '../choose-engine.js';
import { withQlog } from './qlog-engine.js';
import { QlogFile } from './qlog-file.js';
import { QlogFolder } from './qlog-folder.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'qlog-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

interface QlogEvent {
  readonly time: number;
  readonly name: string;
  readonly data: Record<string, unknown>;
}

/** The records of a JSON text sequence: the header, and the events. */
function readQlog(path: string): { header: Record<string, unknown>; events: QlogEvent[] } {
  const sequence = readFileSync(path, 'utf8');
  expect(sequence[0]).toBe('\u001e');
  const [header, ...events] = sequence
    .slice(1)
    .split('\u001e')
    .map((record) => JSON.parse(record) as unknown);
  return { header: header as Record<string, unknown>, events: events as QlogEvent[] };
}

it('writes a file for each end of a connection', async () => {
  const folder = join(dir, 'made');
  const engine = withQlog(await loadEngine(), folder, silentLogger);
  const [near, far] = [member('near', { engine }), member('far', { engine })];
  await link(near, far);
  await reach(near, 'far');
  await far.streams.listen('echo', {}, echo);
  const stream = await near.streams.dial('far', 'echo');
  stream.end('hello that stays out of it');
  expect(await text(stream)).toBe('hello that stays out of it');
  await near.streams.close();
  await far.streams.close();
  const files = readdirSync(folder);
  expect(files.map((name) => name.replace(/^log_[0-9a-f]{8,40}_/, '')).sort()).toEqual([
    'client.sqlog',
    'server.sqlog',
  ]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const name of files) {
    const { header, events } = readQlog(join(folder, name));
    expect(header).toMatchObject({ qlog_version: '0.3', qlog_format: 'JSON-SEQ' });
    const names = events.map((event) => event.name);
    expect(names[0]).toBe('connectivity:connection_started');
    for (const expected of [
      'transport:datagrams_sent',
      'transport:datagrams_received',
      'transport:parameters_set',
      'connectivity:connection_closed',
    ]) {
      expect(names, expected).toContain(expected);
    }
    const states = events
      .filter((event) => event.name === 'connectivity:connection_state_updated')
      .map(({ data }) => data['new']);
    expect(states).toEqual(['handshake_complete', 'closing', 'closed']);
    expect(events.map(({ time }) => time)).toEqual(
      events.map(({ time }) => time).sort((a, b) => a - b),
    );
    expect(readFileSync(join(folder, name), 'utf8')).not.toContain('hello');
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  }
});

it('is there when QLOGDIR names a folder', async () => {
  vi.stubEnv('QLOGDIR', dir);
  const engine = await loadQuicEngine({ name: 'wasm' });
  engine.connector({ ca: undefined, identity: undefined }).connect().release();
  expect(readdirSync(dir)).toHaveLength(1);
  vi.stubEnv('QLOGDIR', '');
  const plain = await loadQuicEngine({ name: 'wasm' });
  plain.connector({ ca: undefined, identity: undefined }).connect().release();
  expect(readdirSync(dir)).toHaveLength(1);
});

it('ends a file that is as long as it may be', () => {
  let written = '';
  const file = new QlogFile(
    { connectionId: Buffer.from('abcd'), role: 'client' },
    (more) => {
      written += more;
      return true;
    },
    1_000,
  );
  for (let at = 0; at < 100; at++) file.event('transport:datagrams_sent', { count: 1 });
  file.end();
  expect(written.length).toBeLessThan(1_100);
  expect(written.split('\u001e').at(-1)).toContain('receptor:truncated');
});

it('removes the oldest file where there are too many', () => {
  const folder = new QlogFolder(dir, silentLogger, 2);
  const files = ['01', '02', '03'].map((id) => folder.begin(Buffer.from(id, 'hex'), 'client'));
  for (const file of files) file.end();
  expect(readdirSync(dir).sort()).toEqual(['log_02_client.sqlog', 'log_03_client.sqlog']);
  files[0]?.event('late', {});
});

it('gives up with one line in the log, and follows no link', () => {
  writeFileSync(join(dir, 'file'), '');
  const warning = vi.fn();
  const folder = new QlogFolder(join(dir, 'file', 'none'), { ...silentLogger, warning });
  for (const id of ['01', '02']) folder.begin(Buffer.from(id, 'hex'), 'server').end();
  expect(warning).toHaveBeenCalledTimes(1);
  expect(warning).toHaveBeenCalledWith(expect.stringMatching(/^QLOGDIR: nothing more is written/));
});
