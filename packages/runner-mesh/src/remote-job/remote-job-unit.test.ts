import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { ReconnectingClient } from '../transport/reconnecting-client.js';
import { RemoteJobUnit, type RemoteJobUnitOptions } from './remote-job-unit.js';
import { statusLine, transportTo, type Answer } from '../transport/test-transport.js';

const never = new AbortController().signal;
const limits = { firstMs: 2_000, lostMs: 2_000 };

/** Starts a unit against a node that answers so. */
function start(answer: Answer, failure?: Error, kept: Partial<RemoteJobUnitOptions> = {}) {
  const transport = transportTo(answer);
  const submissions: unknown[] = [];
  const unit = new RemoteJobUnit({
    node: 'far',
    workType: 'ansible-runner',
    transport,
    handOnMs: 1000,
    payload: () => {
      submissions.push(1);
      const stream = new Readable({ read: () => undefined });
      stream.on('error', () => undefined);
      if (failure) stream.destroy(failure);
      else {
        stream.push('the job');
        stream.push(null);
      }
      return { stream, failure };
    },
    ...kept,
  });
  const reconnectingClient = new ReconnectingClient('far', transport, limits);
  return { started: unit.start(reconnectingClient, never), unit, payloads: submissions };
}

it('starts once when the answer is lost although the job was taken', async () => {
  const asked: unknown[] = [];
  const { started, payloads } = start((request, stream) => {
    asked.push(request.subcommand);
    if (request.subcommand === 'submit') {
      stream.write('Work unit created with ID u1. Send stdin data and EOF.\n');
      stream.once('end', () => stream.destroy());
    } else stream.write(statusLine(1, 0, 'Running: PID 1'));
  });
  expect(await started).toBe('u1');
  expect(asked).toEqual(['submit', 'status']);
  expect(payloads).toHaveLength(1);
});

it('sends the job anew when the unit has not started, releasing the remains, under the same name', async () => {
  const asked: unknown[] = [];
  const names = new Set<unknown>();
  let attempts = 0;
  const { started, payloads } = start((request, stream) => {
    asked.push(request.subcommand);
    if (request.subcommand === 'submit') {
      names.add(request.submissionid);
      attempts += 1;
      stream.write(`Work unit created with ID u${attempts}. Send stdin data and EOF.\n`);
      if (attempts === 1) stream.destroy();
      else stream.once('end', () => stream.end('{"result":"Job Started","unitid":"u2"}\n'));
    } else if (request.subcommand === 'status') stream.write(statusLine(0, 0, 'Unit Created'));
    else stream.write('{"released":"u1"}\n');
  });
  expect(await started).toBe('u2');
  // the cut may take the ID line with it: then there is nothing to ask after
  expect([
    ['submit', 'submit'],
    ['submit', 'status', 'release', 'submit'],
  ]).toContainEqual(asked);
  expect(payloads).toHaveLength(2);
  expect(names.size).toBe(1);
});

it('a refusal is told once, with what the node offers', async () => {
  const { started, payloads } = start((_request, stream) =>
    stream.write('ERROR: unknown work type ansible-runner\n'),
  );
  await expect(started).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringMatching(
      /^The node far refused: unknown work type ansible-runner \(it offers cat;/,
    ) as string,
  });
  expect(payloads).toHaveLength(1);
});

it('a job that can not be read is not tried again', async () => {
  const { started, payloads } = start((_request, stream) => {
    stream.write('Work unit created with ID u1. Send stdin data and EOF.\n');
  }, new Error('a file shrinks'));
  await expect(started).rejects.toMatchObject({ code: 'unsent', message: 'a file shrinks' });
  expect(payloads).toHaveLength(1);
});

it('the signal ends a start that waits for its confirmation', async () => {
  const abort = new AbortController();
  const transport = transportTo((_request, stream) => {
    stream.write('Work unit created with ID u1. Send stdin data and EOF.\n');
    stream.once('end', () => abort.abort());
  });
  const unit = new RemoteJobUnit({
    node: 'far',
    workType: 'ansible-runner',
    transport: { ...transport, handsOn: true },
    handOnMs: 1000,
    payload: () => ({ stream: Readable.from(['the job']), failure: undefined }),
  });
  const reconnectingClient = new ReconnectingClient('far', transport, limits);
  await expect(unit.start(reconnectingClient, abort.signal)).rejects.toBeDefined();
  expect(unit.id).toBe('u1');
});

it('keeps the ID before the unit gets its stdin, under the name it was given', async () => {
  const said: unknown[] = [];
  const { started } = start(
    (request, stream) => {
      said.push(request.submissionid, request.params);
      stream.write('Work unit created with ID u1. Send stdin data and EOF.\n');
      stream.once('end', () => {
        said.push('stdin');
        stream.end('{"result":"Job Started","unitid":"u1"}\n');
      });
    },
    undefined,
    {
      submissionId: 'reserved',
      params: () => ({ params: '--delete' }),
      onUnit: async (id) => {
        await new Promise(setImmediate);
        said.push(id);
      },
    },
  );
  await started;
  expect(said).toEqual(['reserved', '--delete', 'u1', 'stdin']);
});

it('a unit whose ID can not be kept gets no stdin, is released, and is not tried again', async () => {
  const asked: unknown[] = [];
  const { started, payloads } = start(
    (request, stream) => {
      asked.push(request.subcommand);
      if (request.subcommand === 'release') {
        stream.write('{"released":"u1"}\n');
        return;
      }
      stream.write('Work unit created with ID u1. Send stdin data and EOF.\n');
      stream.once('end', () => asked.push('stdin'));
    },
    undefined,
    { onUnit: () => Promise.reject(new Error('the lease is gone')) },
  );
  await expect(started).rejects.toMatchObject({
    code: 'unsent',
    message: expect.stringContaining('the lease is gone') as string,
  });
  expect([payloads.length, ...asked]).toEqual([1, 'submit', 'release']);
});

it('goes on with the unit of an earlier attempt when that has started, else forgets and replaces it', async () => {
  const ask = async (detail: string, state: number) => {
    const asked: unknown[] = [];
    const { started } = start(
      (request, stream) => {
        asked.push(request.subcommand);
        if (request.subcommand === 'status') stream.write(statusLine(state, 0, detail));
        else if (request.subcommand === 'release') stream.write('{"released":"u0"}\n');
        else {
          stream.write('Work unit created with ID u1. Send stdin data and EOF.\n');
          stream.once('end', () => stream.end('{"result":"Job Started","unitid":"u1"}\n'));
        }
      },
      undefined,
      {
        unitId: 'u0',
        onUnit: (id) => {
          asked.push(id);
          return Promise.resolve();
        },
      },
    );
    return [await started, ...asked];
  };
  expect(await ask('Running: PID 1', 1)).toEqual(['u0', 'status']);
  expect(await ask('Unit Created', 0)).toEqual([
    'u1',
    'status',
    undefined,
    'release',
    'submit',
    'u1',
  ]);
});

it('follows the unit of an earlier attempt that starts while it is to be replaced', async () => {
  const asked: unknown[] = [];
  let hasStarted = false;
  const { started, payloads } = start(
    (request, stream) => {
      asked.push(request.subcommand);
      if (request.subcommand === 'status') {
        stream.write(
          hasStarted ? statusLine(1, 0, 'Running: PID 1') : statusLine(0, 0, 'Unit Created'),
        );
        return;
      }
      // whoever has made it was late with the rest of its stdin
      hasStarted = true;
      if (request.unstarted === true) stream.write('ERROR: work unit u0 has started\n');
      else stream.write('{"released":"u0"}\n');
    },
    undefined,
    {
      unitId: 'u0',
      onUnit: (id) => {
        asked.push(id);
        return Promise.resolve();
      },
    },
  );
  expect(await started).toBe('u0');
  expect(asked).toEqual(['status', undefined, 'release', 'status', 'u0']);
  expect(payloads).toEqual([]);
});

it('asks about a unit until its node has said whether it is released or has started', async () => {
  const asked: unknown[] = [];
  let releases = 0;
  const { started, payloads } = start(
    (request, stream) => {
      asked.push(request.subcommand);
      if (request.subcommand === 'status')
        stream.write(releases === 0 ? statusLine(0, 0, 'Unit Created') : statusLine(1, 0, 'Runs'));
      else if ((releases += 1) === 1) stream.destroy();
      else stream.write('ERROR: work unit u0 has started\n');
    },
    undefined,
    { unitId: 'u0', onUnit: () => Promise.resolve() },
  );
  expect(await started).toBe('u0');
  expect(asked).toEqual(['status', 'release', 'release', 'status']);
  expect(payloads).toEqual([]);
});
