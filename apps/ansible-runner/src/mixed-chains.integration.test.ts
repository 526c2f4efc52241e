import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtApp } from './built-app.js';

const venv =
  process.env.RECEPTORJS_VENV ?? fileURLToPath(new URL('../../../.venv', import.meta.url));
const theirRunner = join(venv, 'bin', 'ansible-runner');
const missing = existsSync(theirRunner)
  ? undefined
  : `no Python ansible-runner in ${venv}; set RECEPTORJS_VENV or run the set-up`;
if (missing !== undefined) console.warn(`skipped: ${missing}`);

type Side = 'ours' | 'theirs';
const sides: readonly Side[] = ['ours', 'theirs'];
const chains = sides.flatMap((a) => sides.flatMap((b) => sides.map((c) => [a, b, c] as const)));

const PLAYBOOK = `
- name: a play
  hosts: all
  gather_facts: false
  vars: {greeting: hello}
  tasks:
  - name: greet
    debug: msg="{{ greeting }} {{ from_file }}"
  - name: loop
    debug: msg={{ item }}
    loop: [1, 2]
  - name: fail, and go on
    fail: msg=no
    ignore_errors: true
  - name: skipped
    debug:
    when: false
  - name: change
    copy: {content: "x\\n", dest: "{{ playbook_dir }}/made"}
    diff: true
    notify: told
  - name: retried
    command: "true"
    register: out
    until: out.attempts == 2
    retries: 2
    delay: 0
  - name: hidden
    debug: msg=hidden-thing
    no_log: true
  - include_tasks: more.yml
  - set_stats: {data: {answer: 42}}
  handlers:
  - name: told
    debug: msg=handled
- name: nobody
  hosts: nowhere
  tasks: []
`;

let root: string;
let made = 0;

async function pipe(
  side: Side,
  words: string[],
  input: Buffer,
): Promise<{ code: number; out: Buffer }> {
  const [command, ...first] = side === 'ours' ? [process.execPath, builtApp] : [theirRunner];
  const child = spawn(command, [...first, ...words], {
    env: {
      ...process.env,
      PATH: `${join(venv, 'bin')}:${process.env.PATH ?? ''}`,
      ANSIBLE_DEPRECATION_WARNINGS: 'false',
    },
    stdio: 'pipe',
  });
  const pieces: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => pieces.push(data));
  // The two are one file where the worker is a unit of work, and errors may come first.
  if (side === 'ours') child.stderr.on('data', (data: Buffer) => pieces.unshift(data));
  else child.stderr.pipe(process.stderr, { end: false });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, out: Buffer.concat(pieces) };
}

/** Lines of others before, between and behind the lines of a stream, and one in the middle of an archive. */
function withBanners(stream: string): string {
  const lines = stream.split('\n').flatMap((line, index) => {
    if (line.startsWith('UEs'))
      return [`${line.slice(0, 100)}\nBroadcast message from root\n${line.slice(100)}`];
    return index % 10 === 0 ? [`Last login: line ${index}`, line] : [line];
  });
  return `Welcome to the far side\r\n\r\n${lines.join('\n')}logout\n`;
}

/** What a chain leaves behind, with everything masked that differs from run to run. */
async function outcome(
  [transmit, worker, process]: readonly [Side, Side, Side],
  onTheWay: (stream: string) => string = (stream) => stream,
) {
  const name = `chain-${++made}`;
  const sent = await pipe(
    transmit,
    ['transmit', join(root, 'pdd'), '-p', 'site.yml', '-i', 'job'],
    Buffer.alloc(0),
  );
  const worked = await pipe(
    worker,
    ['worker', '--private-data-dir', join(root, name, 'w')],
    Buffer.from(onTheWay(sent.out.toString('latin1')), 'latin1'),
  );
  await mkdir(join(root, name, 'p'), { recursive: true });
  const shown = await pipe(
    process,
    ['process', join(root, name, 'p'), '-i', 'job'],
    Buffer.from(onTheWay(worked.out.toString('latin1')), 'latin1'),
  );
  const artifacts = join(root, name, 'p', 'artifacts', 'job');
  const files = await readdir(join(artifacts, 'job_events'));
  const events = await Promise.all(
    files.map(
      async (file) =>
        JSON.parse(await readFile(join(artifacts, 'job_events', file), 'utf8')) as Record<
          string,
          unknown
        >,
    ),
  );
  events.sort((a, b) => Number(a.counter) - Number(b.counter));
  const statuses = worked.out
    .toString('latin1')
    .split('\n')
    .filter((line) => line.startsWith('{"status'))
    .map((line) => (JSON.parse(line) as { status: string }).status);
  const text = (file: string) => readFile(join(artifacts, file), 'utf8');
  const mask = (value: string) =>
    value
      .replaceAll(join(root, name), '<root>')
      .replace(/ansible-local-\w+\/tmp\w+/g, '<local temp>')
      .replace(/(?<="(?:delta|start|end)": ")[^"]+/g, '<time>');
  return {
    codes: [sent.code, worked.code, shown.code],
    statuses,
    status: await text('status'),
    rc: await text('rc'),
    stdout: mask(await text('stdout')),
    artifacts: (await readdir(artifacts)).sort(),
    events: events.map((event) => ({
      event: event.event,
      counter: event.counter,
      stdout: mask(String(event.stdout)),
      lines: [event.start_line, event.end_line],
      ident: event.runner_ident,
      keys: Object.keys(event),
      data: maskData(event.event_data, mask),
    })),
  };
}

const VOLATILE =
  /uuid|^(?:start|end|duration|delta|pid|created|checksum|.*time|inode|gid|uid|size|src|dest|path|_original_basename)$/;

function maskData(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskData(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      VOLATILE.test(key) ? '<volatile>' : maskData(item, mask),
    ]),
  );
}

describe.skipIf(missing !== undefined)(
  'mixed chains (skipped without the Python ansible-runner)',
  () => {
    let expected: Awaited<ReturnType<typeof outcome>>;

    beforeAll(async () => {
      root = await mkdtemp(join(tmpdir(), 'runner-chains-'));
      await mkdir(join(root, 'pdd', 'project'), { recursive: true });
      await mkdir(join(root, 'pdd', 'inventory'));
      await mkdir(join(root, 'pdd', 'env'));
      await writeFile(join(root, 'pdd', 'project', 'site.yml'), PLAYBOOK);
      await writeFile(join(root, 'pdd', 'project', 'more.yml'), '- debug: msg=more\n');
      await writeFile(
        join(root, 'pdd', 'inventory', 'hosts'),
        'h1 ansible_connection=local ansible_python_interpreter=/usr/bin/python3\n',
      );
      await writeFile(join(root, 'pdd', 'env', 'extravars'), 'from_file: world\n');
      expected = await outcome(['theirs', 'theirs', 'theirs']);
    });
    afterAll(() => rm(root, { recursive: true, force: true }));

    it('the original alone does what the comparison needs', () => {
      expect(expected).toMatchObject({ codes: [0, 0, 0], status: 'successful', rc: '0' });
      expect(expected.statuses).toEqual(['starting', 'running', 'successful']);
      expect(expected.events.length).toBeGreaterThan(30);
    });

    it.each(chains)(
      'transmit %s, worker %s, process %s: statuses, events and stdout are equal',
      async (...chain) => {
        expect(await outcome(chain)).toEqual(expected);
      },
    );

    it.each([
      ['ours', 'ours', 'ours'],
      ['theirs', 'ours', 'ours'],
      ['ours', 'theirs', 'ours'],
    ] as const)(
      'transmit %s, worker %s, process %s: text of a login shell between the lines changes nothing',
      async (...chain) => {
        // The original worker reads what is whole only; our own sides get it both ways.
        const onTheWay = (stream: string) =>
          chain[1] === 'theirs' && stream.startsWith('{"kwargs"') ? stream : withBanners(stream);
        const { codes, ...rest } = await outcome(chain, onTheWay);
        expect({ codes, ...rest }).toEqual(expected);
      },
    );

    it('transmit ours, worker ours, process theirs: what the worker has to say hides no result', async () => {
      const onTheWay = (stream: string) =>
        stream.startsWith('{"kwargs"') ? withBanners(stream) : stream;
      expect(await outcome(['ours', 'ours', 'theirs'], onTheWay)).toEqual(expected);
    });

    it.each(sides)('an error that our worker tells is the one process %s reports', async (side) => {
      const worked = await pipe('ours', ['worker'], Buffer.from('a banner\n{"zipfile": 3}\nAAAA'));
      const folder = join(root, `error-${side}`);
      await mkdir(folder);
      const asked = ['process', folder, ...(side === 'theirs' ? ['--debug'] : [])];
      const { out } = await pipe(side, asked, worked.out);
      expect(out.toString()).not.toMatch(/JSON parse/);
      if (side === 'ours')
        expect(out.toString()).toMatch(/Failed to extract private data directory on worker/);
    });

    it('transmit, worker and process ours: lines that are cut, replaced and run together lose no event', async () => {
      const damaged = (stream: string) => {
        let events = 0;
        return withBanners(stream)
          .split('\n')
          .map((line) => {
            if (!line.startsWith('{"uuid"')) return line;
            events += 1;
            if (events % 9 === 0) return 'garbage';
            if (events % 9 === 3) return line.slice(0, line.length / 2);
            return events % 9 === 6
              ? `${line.slice(0, 40)}Broadcast message\n${line.slice(40)}`
              : line;
          })
          .join('\n');
      };
      expect(await outcome(['ours', 'ours', 'ours'], damaged)).toEqual(expected);
    });
  },
);
