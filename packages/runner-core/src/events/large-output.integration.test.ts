import { readdir, stat, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ansibleMissing, ansiblePath, Fixture } from '../ansible-fixture.js';
import { MAX_TEXT_BYTES } from '../process/output/output-segments.js';
import type { RunEvent } from './events.js';
import { run } from '../run.js';

let fixture: Fixture;
afterEach(() => fixture.remove());

/** Speaks as the callback plugin does: events over the socket, text between marks. */
const PLUGIN = `#!/usr/bin/env python3
import base64, os, socket, sys
channel = socket.socket(socket.AF_UNIX)
channel.connect(os.environ["RUNNER_EVENT_SOCKET"])
secret = channel.makefile("r").readline().strip()
def mark(extra=""):
    text = base64.b64encode(('{"secret":"%s"%s}' % (secret, extra)).encode()).decode()
    pieces = [text[at:at + 78] for at in range(0, len(text), 78)]
    return "\\x1b[K" + "".join("%s\\x1b[%dD" % (piece, len(piece)) for piece in pieces) + "\\x1b[K"
def event(name, data, text):
    body = '{"event": "runner_on_ok", "pid": 1, "created": "c", "event_data": {"res": "%s"}}' % data
    channel.sendall(("%s %s\\n" % (name, body)).encode())
    sys.stdout.write(mark(',"uuid":"%s"' % name) + text + "\\n" + mark())
`;

/** By how many bytes the memory of this process rose at most. */
async function highestMemory(work: (sample: () => void) => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let highest = before;
  const sample = () => {
    highest = Math.max(highest, process.memoryUsage().rss);
  };
  await work(sample);
  sample();
  return highest - before;
}

describe('large output', () => {
  it('an event of 50 MB does not stall the rest, and is whole', async () => {
    fixture = await Fixture.make({
      job: `${PLUGIN}
event("first", "small", "1")
event("large", "x" * 50_000_000, "2")
for number in range(500):
    event("after%d" % number, "small", "3")
`,
    });
    const seen: string[] = [];
    const result = await run({
      privateDataDir: fixture.path,
      binary: fixture.at('job'),
      ident: 'r',
      onEvent: ({ uuid }) => seen.push(uuid),
    });
    expect(result).toMatchObject({ status: 'successful' });
    expect(seen.slice(0, 3)).toEqual(['first', 'large', 'after0']);
    expect(seen.length).toBe(502);
    const { size } = await stat(fixture.at('artifacts', 'r', 'job_events', '2-large.json'));
    expect(size).toBeGreaterThan(50_000_000);
    expect((await fixture.read('artifacts', 'r', 'stdout')).split('\n').length).toBe(503);
  });

  it('runner 32: text of 3 MB is whole in its event, and so is a line of nobody', async () => {
    fixture = await Fixture.make({
      job: `${PLUGIN}\nevent("large", "trimmed", "y" * 3_000_000 + "z")\nprint("é" * 1_500_000)\nevent("next", "", "n")\n`,
    });
    const texts: string[] = [];
    await run({
      privateDataDir: fixture.path,
      binary: fixture.at('job'),
      ident: 'r',
      onEvent: ({ stdout }) => texts.push(stdout),
    });
    expect(texts.map(({ length }) => length)).toEqual([3_000_001, 1_500_000, 1]);
    expect(texts[0]).toBe(`${'y'.repeat(3_000_000)}z`);
    // The line of nobody keeps its end as it came.
    expect(await fixture.read('artifacts', 'r', 'stdout')).toBe(
      `${'y'.repeat(3_000_000)}z\n${'é'.repeat(1_500_000)}\r\nn\n`,
    );
    const [file = ''] = (await readdir(fixture.at('artifacts', 'r', 'job_events'))).filter((name) =>
      name.startsWith('1-'),
    );
    const event = JSON.parse(await fixture.read('artifacts', 'r', 'job_events', file)) as RunEvent;
    expect(event.stdout).toBe(texts[0]);
  });

  it('text beyond the limit goes on in an event of its own, and no carriage return is added to it', async () => {
    fixture = await Fixture.make({
      job: `${PLUGIN}\nevent("huge", "trimmed", "y" * 70_000_000)\nevent("next", "", "n")\n`,
    });
    const lengths: (readonly [string, number])[] = [];
    await run({
      privateDataDir: fixture.path,
      binary: fixture.at('job'),
      ident: 'r',
      onEvent: ({ event, stdout }) => lengths.push([event, stdout.length]),
    });
    expect(lengths).toEqual([
      ['runner_on_ok', 67_108_864],
      ['verbose', 2_891_136],
      ['runner_on_ok', 1],
    ]);
    const output = await fixture.read('artifacts', 'r', 'stdout');
    expect([output.length, output.slice(-5)]).toEqual([70_000_003, 'yy\nn\n'.slice(-5)]);
    expect(output).not.toContain('\r');
  });

  it('memory stays bounded whatever the job prints, with a handler that is slow too', async () => {
    // Long lines and short lines.
    fixture = await Fixture.ofScript(
      "head -c 120000000 /dev/zero | tr '\\0' x | fold -w 500000\n" +
        "head -c 3000000 /dev/zero | tr '\\0' y | fold -w 100",
    );
    let characters = 0;
    const grown = await highestMemory((sample) =>
      run({
        privateDataDir: fixture.path,
        binary: fixture.at('job'),
        suppressOutputFile: true,
        onEvent: async ({ stdout }: RunEvent) => {
          characters += stdout.length;
          sample();
          if (stdout.length > 1000) await new Promise(setImmediate);
          return false;
        },
      }),
    );
    expect(characters).toBe(123_000_000);
    expect(grown).toBeLessThan(160_000_000);
  });

  it('a text that does not end is given out whenever it has reached the limit', async () => {
    fixture = await Fixture.ofScript("head -c 300000000 /dev/zero | tr '\\0' z");
    const grown = await highestMemory(async (sample) => {
      const timer = setInterval(sample, 10);
      await run({ privateDataDir: fixture.path, binary: fixture.at('job'), ident: 'r' });
      clearInterval(timer);
    });
    expect((await stat(fixture.at('artifacts', 'r', 'stdout'))).size).toBe(300_000_001);
    // What was held before may not be collected yet.
    expect(grown).toBeLessThan(6 * MAX_TEXT_BYTES);
  });
});

describe.skipIf(ansibleMissing !== undefined)(
  'large output of real Ansible (skipped without a virtual environment)',
  () => {
    it('a task with a million lines of output is complete, with recap and stats', async () => {
      fixture = await Fixture.ofTasks('- debug:\n');
      await writeFile(fixture.at('env', 'envvars'), JSON.stringify({ PATH: ansiblePath }));
      const result = await run({
        privateDataDir: fixture.path,
        module: 'command',
        moduleArgs: 'seq 1000000',
        hostPattern: 'h1',
        ident: 'r',
      });
      expect(result).toMatchObject({ status: 'successful', rc: 0, stats: { ok: { h1: 1 } } });
      const lines = (await fixture.read('artifacts', 'r', 'stdout'))
        .split('\n')
        .map((line) => line.trim());
      const first = lines.indexOf('1');
      expect(
        lines.slice(first, first + 1_000_000).every((line, at) => line === String(at + 1)),
      ).toBe(true);
      const events = await fixture.events('r');
      expect(events.length).toBeLessThan(30);
      expect(events.at(-1)).toMatchObject({ event: 'playbook_on_stats', counter: events.length });
      expect(events.at(-1)!.start_line).toBeGreaterThan(1_000_000);
    });
  },
);
