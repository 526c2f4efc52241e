import { ControlClient } from '@receptorjs/control-client';
import { encodeJson, UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { DiskReserves } from '@receptorjs/quotas';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { duplexPair, type Duplex } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { RemoteFollow, type FollowEnd } from './remote-follow.js';
import { RemoteStdout } from './remote-stdout.js';

const silent = {
  error: () => undefined,
  warning: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'violations-'));
});

/** A unit of a node that answers questions for its status, and for its results, as it likes. */
interface FarNode {
  readonly status: string | ((stream: Duplex) => void);
  readonly results?: (stream: Duplex, startPos: number) => void;
  readonly limits?: { readonly maxBytes?: number; readonly reserveBytes?: number };
}

/** Follows the unit until the follow ends, or until `enough` says so. */
async function follow(
  { status, results = (stream) => stream.end(), limits = {} }: FarNode,
  enough: (seen: readonly UnitStatus[]) => boolean = () => false,
): Promise<{ end: FollowEnd | undefined; seen: UnitStatus[]; connections: number }> {
  const seen: UnitStatus[] = [];
  let connections = 0;
  const stop = new AbortController();
  const serve = (): Duplex => {
    const [here, there] = duplexPair();
    connections += 1;
    there.on('error', () => undefined);
    stop.signal.addEventListener('abort', () => here.destroy());
    there.write('Receptor Control, node far\n');
    createInterface(there).on('line', (line) => {
      const { subcommand, startpos } = JSON.parse(line) as Record<string, unknown>;
      if (subcommand === 'results') {
        there.write('Streaming results for work unit u1\n');
        results(there, Number(startpos));
      } else if (typeof status === 'string') there.write(`${status}\n`);
      else status(there);
    });
    return here;
  };
  const follower = new RemoteFollow({
    remoteUnitId: 'u1',
    stdout: new RemoteStdout(join(folder, 'stdout'), {
      maxBytes: limits.maxBytes,
      reserve: new DiskReserves(limits.reserveBytes).of(folder),
    }),
    connect: () => Promise.resolve(ControlClient.over(serve(), { maxLineBytes: 1_000 })),
    onStatus: (each) => {
      seen.push(each);
      if (enough(seen)) stop.abort();
    },
    onData: () => undefined,
    signal: stop.signal,
    log: silent,
  });
  // no wait between two attempts
  const hurry = setInterval(() => {
    follower.retryNow();
  }, 1);
  try {
    return { end: await follower.run(), seen, connections };
  } finally {
    clearInterval(hurry);
  }
}

const line = (fields: Record<string, unknown>): string =>
  encodeJson({
    State: UnitState.Running,
    Detail: 'Running: PID 1',
    StdoutSize: 0,
    WorkType: 'cat',
    ExtraData: null,
    ...(fields as Record<string, string>),
  });

describe('a node is given up', () => {
  it.each([
    ['has ended with more stdout than it sends', line({ State: 2, StdoutSize: 1_000_000 })],
    ['tells a state that is none', line({ State: 7 })],
    ['tells what is no JSON', 'Succeeded'],
    ['tells a status without end', 'x'.repeat(10_000)],
  ])('when it %s', async (_what, status) => {
    const { end, connections } = await follow({ status });
    expect(end).toMatchObject({ kind: 'given-up', reason: { code: 'protocol-violation' } });
    expect(connections).toBeLessThan(30);
  });

  it('when it sends more stdout than is stored', async () => {
    const { end } = await follow({
      status: line({}),
      results: (stream) => void stream.write('0123456789'),
      limits: { maxBytes: 9 },
    });
    expect(end).toMatchObject({ kind: 'given-up', reason: { code: 'output-too-long' } });
    expect(await readFile(join(folder, 'stdout'), 'utf8')).toBe('');
  });
});

it('stdout waits while the disk has no more than its reserve, and the status says so', async () => {
  const { seen } = await follow(
    {
      status: line({ StdoutSize: 10 }),
      results: (stream) => void stream.write('0123456789'),
      limits: { reserveBytes: 2 ** 60 },
    },
    (all) => all.some(({ detail }) => detail.startsWith('Waiting for space')),
  );
  expect(seen.at(-1)).toMatchObject({ state: UnitState.Running, stdoutSize: 0n });
  expect(await readFile(join(folder, 'stdout'), 'utf8')).toBe('');
});

it('a status that changes all the time is heard a few times, and then after a pause', async () => {
  const started = performance.now();
  const { connections, seen } = await follow(
    {
      status: (stream) => {
        for (let at = 0; at < 1_000; at++)
          stream.write(`${line({ Detail: `Running: PID ${at}` })}\n`);
      },
      results: () => undefined,
    },
    (all) => all.length >= 40,
  );
  expect(seen).toHaveLength(40);
  expect(connections).toBe(2);
  expect(performance.now() - started).toBeGreaterThan(190);
});
