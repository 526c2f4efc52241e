import { duplexPair, type Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { ControlClient } from '../control-client.js';
import { LineReader } from '@receptorjs/control-protocol';

/** What the node has received, in this order. */
interface Told {
  readonly lines: string[];
  /** The bytes after the submission, and whether they came to an end; resolves then. */
  readonly stdin: Promise<{ text: string; ended: boolean }>;
}

/** A client of a node that takes one submission and answers further connections with `{}`. */
function nodeThat(knowsEnd: boolean): { client: ControlClient; told: Told } {
  const lines: string[] = [];
  let resolve: (got: { text: string; ended: boolean }) => void = () => undefined;
  const stdin = new Promise<{ text: string; ended: boolean }>((done) => (resolve = done));
  const takeStdin = (there: Duplex): void => {
    let text = '';
    there.on('data', (chunk: Buffer) => (text += chunk.toString()));
    there.once('end', () => {
      there.write('{"result":"Job Started","unitid":"u1"}\n');
      resolve({ text, ended: true });
    });
    there.once('close', () => {
      lines.push('broken off');
      resolve({ text, ended: false });
    });
  };
  const serve = async (there: Duplex): Promise<void> => {
    const reader = new LineReader(there);
    there.write('Receptor Control, node b\n');
    for (;;) {
      const line = await reader.next();
      if (line === undefined) return;
      lines.push(line);
      if (line.startsWith('stdin-end ')) {
        there.write(knowsEnd ? '{"StdinEnd":"x"}\n' : 'ERROR: Unknown command\n');
      } else if (line.includes('"submit"')) {
        there.write('Work unit created with ID u1. Send stdin data and EOF.\n');
        takeStdin(there);
        return;
      } else there.write('{}\n');
    }
  };
  const client = ControlClient.through(() => {
    const [here, there] = duplexPair();
    here.once('close', () => there.destroy());
    void serve(there).catch(() => undefined);
    return Promise.resolve(here);
  });
  return { client, told: { lines, stdin } };
}

const request = { node: 'localhost', workType: 'cat' };

it('a node that knows the end of stdin gets the mark it was told before, right behind the last byte', async () => {
  const { client, told } = nodeThat(true);
  await client.submit(request, 'hello');
  const mark = /^stdin-end ([0-9a-f]{32})$/.exec(told.lines[0] ?? '')?.[1];
  expect(await told.stdin).toEqual({ text: `hello${mark ?? ''}`, ended: true });
  client.close();
});

it('a node that does not gets the bytes alone, in a request without a further key', async () => {
  const { client, told } = nodeThat(false);
  await client.submit(request, 'hello');
  expect(await told.stdin).toEqual({ text: 'hello', ended: true });
  expect(told.lines[1]).toBe(
    '{"command":"work","subcommand":"submit","node":"localhost","worktype":"cat"}',
  );
  client.close();
});

it.each([
  [true, '{"command":"work","subcommand":"cancel","unitid":"u1"}'],
  [false, '{"command":"work","subcommand":"release","unitid":"u1"}'],
])(
  'when it breaks off before the end (knows the end: %s), the unit is given up first: %s',
  async (knowsEnd, giveUp) => {
    const { client, told } = nodeThat(knowsEnd);
    const abort = new AbortController();
    const submission = await client.openSubmission(request);
    expect(submission.knowsEnd).toBe(knowsEnd);
    const endless = async function* (): AsyncGenerator<string> {
      yield await Promise.resolve('some');
      abort.abort();
      await new Promise(() => undefined);
    };
    await expect(submission.send(endless(), { signal: abort.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(await told.stdin).toEqual({ text: 'some', ended: false });
    expect(told.lines.slice(2)).toEqual([giveUp, 'broken off']);
    client.close();
  },
);

it('a payload that fails is broken off as well, with its own error', async () => {
  const { client, told } = nodeThat(true);
  const failing = async function* (): AsyncGenerator<string> {
    yield await Promise.resolve('some');
    throw new Error('disk gone');
  };
  await expect(client.submit(request, failing())).rejects.toThrow('disk gone');
  expect(await told.stdin).toEqual({ text: 'some', ended: false });
  expect(told.lines.at(-1)).toBe('broken off');
  client.close();
});
