import { UnitState, type UnitStatus, type WorkSubmission } from '@receptorjs/control-protocol';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ControlService, type ControlServiceOptions } from './control-service.js';
import type { MeshHandler, WorkHandler } from './handlers.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const mesh: MeshHandler = {
  status: () => ({
    nodeId: 'a<b',
    connections: [{ nodeId: 'b', cost: 1.5 }],
    knownConnectionCosts: { b: { '10': 2, '1b': 1 }, '10': {}, '9': {} },
    routingTable: { b: 'b' },
    advertisements: [
      {
        nodeId: 'b',
        service: 'control',
        time: '2026-01-02T03:04:05.000000006Z',
        connectionType: 1,
        tags: { type: 'Control Service' },
        workCommands: [{ workType: 'cat', secure: false }],
        cancel: false,
      },
    ],
  }),
  ping: (target) =>
    target === 'b'
      ? Promise.resolve({ from: 'b', timeNs: 285_713n })
      : Promise.reject(new Error('no route to node')),
  traceroute: async function* () {
    for (let hop = 0; hop < 11; hop += 1) yield await Promise.resolve({ from: 'b', timeNs: 1000 });
    yield { from: 'c', timeNs: 5, error: new Error('no route to node') };
  },
  connect: () =>
    Promise.resolve(
      new Duplex({
        read() {
          // the answer is pushed once all was said
        },
        write(_chunk, _encoding, done) {
          done();
        },
        final(done) {
          this.push('bye');
          this.push(null);
          done();
        },
      }),
    ),
};

const running: UnitStatus = {
  state: UnitState.Running,
  detail: 'Running: PID 1 & <more>',
  stdoutSize: 9007199254740993n,
  workType: 'cat',
  extraData: { Pid: 1, Params: '' },
};

function workWith(change: Partial<WorkHandler> = {}): WorkHandler {
  const unknown = () => Promise.reject(new Error('unknown work unit x'));
  return {
    submit: unknown,
    list: () =>
      Promise.resolve([
        ['zz', running],
        ['12345678', running],
        ['0abc', running],
      ]),
    status: () => Promise.resolve(running),
    watch: unknown,
    results: unknown,
    cancel: () => Promise.resolve('pending'),
    release: () => Promise.resolve('done'),
    ...change,
  };
}

async function start(options: Partial<ControlServiceOptions> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'control-'));
  const control = new ControlService({
    nodeId: 'a<b',
    mesh,
    work: workWith(),
    version: '1.2.3',
    ...options,
  });
  closers.push(() => control.close());
  const path = join(folder, 'sock');
  await control.listenUnix(path);
  return path;
}

/** Everything the service says to `input`, with the end of input after it unless `open`. */
/** A unit that waits for its stdin, and tells all of it once it is there. */
function taking(heard: (stdin: string) => void): ReturnType<WorkHandler['submit']> {
  return Promise.resolve({
    unitId: 'u1',
    start: async (input) => {
      heard(await text(input));
      return 'Job Started';
    },
  });
}

async function talk(path: string, input: string | Buffer, open = false): Promise<string> {
  const socket = connect({ path, allowHalfOpen: true });
  if (open) socket.write(input);
  else socket.end(input);
  return all(socket);
}

async function all(socket: Socket): Promise<string> {
  // a connection that is closed at once may refuse what the client says
  socket.on('error', () => undefined);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end').catch(() => undefined);
  socket.destroy();
  return Buffer.concat(chunks).toString();
}

/** The lines after the greeting. */
async function replies(path: string, input: string): Promise<string[]> {
  const [, ...lines] = (await talk(path, `${input}\n`)).split('\n');
  expect(lines.pop()).toBe('');
  return lines;
}

describe('requests and replies', () => {
  it('greets with the node ID', async () => {
    expect(await talk(await start(), '')).toBe('Receptor Control, node a<b\n');
  });

  it('answers pipelined requests in order, drops carriage returns, ignores empty lines', async () => {
    expect(
      await replies(await start(), '\r\nPI\rNG b\r\n\n{"command":"ping","target":"x"}\nping b'),
    ).toEqual([
      '{"From":"b","Success":true,"Time":285713,"TimeStr":"285.713µs"}',
      '{"Error":"no route to node","Success":false}',
      '{"From":"b","Success":true,"Time":285713,"TimeStr":"285.713µs"}',
    ]);
  });

  it('gives the status with keys in bytewise order and HTML characters escaped', async () => {
    const [line = '', none, some] = await replies(
      await start(),
      'status\n{"command":"status","requested_fields":[]}\n{"command":"status","requested_fields":["Version","nonesuch","NodeID"]}',
    );
    expect(line.replace(/"System\w+":\d+/g, '"X":0')).toBe(
      '{"Advertisements":[{"NodeID":"b","Service":"control","Time":"2026-01-02T03:04:05.000000006Z","ConnType":1,' +
        '"Tags":{"type":"Control Service"},"WorkCommands":[{"WorkType":"cat","Secure":false}]}],' +
        '"Connections":[{"NodeID":"b","Cost":1.5}],"KnownConnectionCosts":{"10":{},"9":{},"b":{"10":2,"1b":1}},' +
        '"NodeID":"a\\u003cb","RoutingTable":{"b":"b"},"X":0,"X":0,"Version":"1.2.3"}',
    );
    expect(none).toBe('{}');
    expect(some).toBe('{"NodeID":"a\\u003cb","Version":"1.2.3"}');
  });

  it('orders hops as text, as their keys are', async () => {
    const [line = ''] = await replies(await start(), 'traceroute c');
    expect([...line.matchAll(/"(\d+)":\{/g)].map(([, key]) => key)).toEqual([
      '0',
      '1',
      '10',
      '11',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
    ]);
    expect(line).toContain('"11":{"Error":"no route to node","From":"c","Time":5,"TimeStr":"5ns"}');
  });

  it('lists units in bytewise order with exact sizes', async () => {
    const record =
      '{"Detail":"Running: PID 1 \\u0026 \\u003cmore\\u003e","ExtraData":{"Pid":1,"Params":""},"State":1,' +
      '"StateName":"Running","StdoutSize":9007199254740993,"WorkType":"cat"}';
    expect(await replies(await start(), 'work list\nwork status zz')).toEqual([
      `{"0abc":${record},"12345678":${record},"zz":${record}}`,
      record,
    ]);
  });

  it('answers reload as a node without a configuration file', async () => {
    expect(await replies(await start(), 'reload now')).toEqual([
      '{"Error":"no configuration file was provided, reload function not set ERRORCODE 4","Success":false}',
    ]);
  });

  it('cancels and releases', async () => {
    expect(
      await replies(await start(), 'work cancel u1\nwork release u1\nwork force-release u1'),
    ).toEqual(['{"cancel pending":"u1"}', '{"released":"u1"}', '{"released":"u1"}']);
  });

  it('joins a connection with a service, half-close included', async () => {
    const warnings: string[] = [];
    const warn = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', warn);
    closers.push(() => process.off('warning', warn));
    expect(await talk(await start(), 'connect b echo \nhello')).toBe(
      'Receptor Control, node a<b\nConnecting\nbye',
    );
    expect(warnings).toEqual([]);
  });
});

describe('refusals', () => {
  it.each([
    ['nonsense', 'Unknown command'],
    [' ping b', 'Unknown command'],
    ['{"command":"PING","target":"b"}', 'Unknown command'],
    ['{"target":"b"}', 'JSON did not contain a command'],
    ['{"command":1}', 'command must be a string'],
    ['status x', 'status command does not take parameters'],
    [
      '{"command":"status","requested_fields":[1]}',
      'each element of requested_fields must be a string',
    ],
    ['ping', 'no ping target'],
    ['{"command":"ping","target":1}', 'ping target must be string'],
    ['traceroute', 'no traceroute target'],
    ['connect b', 'no connect target'],
    ['connect a b c d', 'too many parameters'],
    ['{"command":"connect","service":"s"}', 'no connect target node'],
    ['{"command":"connect","node":"b","service":1}', 'connect target service must be string'],
    ['{"command":"connect","node":"b","service":"s","tls":1}', 'connect tls name must be string'],
    ['work', 'bad command'],
    ['work nonsense', 'bad command'],
    ['{"command":"work"}', 'field subcommand missing'],
    ['work submit a', 'work submit requires a target node and work type'],
    ['{"command":"work","subcommand":"submit","node":"a"}', 'field worktype missing'],
    [
      '{"command":"work","subcommand":"submit","node":"a","worktype":"b","n":1}',
      'submit parameters must all be strings and n is not',
    ],
    ['work status', 'work status requires a unit ID'],
    ['work cancel a b', 'work cancel does not take parameters after the unit ID'],
    ['work results', 'work results requires a unit ID'],
    ['work results a 1 2', 'work results only takes a unit ID and optional start position'],
    [
      'work results a abc',
      'error converting start position to integer: strconv.ParseInt: parsing "abc": invalid syntax',
    ],
    ['{"command":"work","subcommand":"results","unitid":"x"}', 'field startpos missing'],
    [
      '{"command":"work","subcommand":"results","unitid":"x","startpos":[9007199254740993]}',
      'field startpos value [9007199254740993] is not convertible to an int',
    ],
    ['work results x', 'unknown work unit x'],
  ])('%s', async (request, text) => {
    expect(await replies(await start(), `${request}\nping b\n`)).toEqual([
      `ERROR: ${text}`,
      '{"From":"b","Success":true,"Time":285713,"TimeStr":"285.713µs"}',
    ]);
  });

  it('D1: one bad line gets one ERROR line and the connection goes on', async () => {
    const lines = await replies(await start(), '{bad\n{"a":\n[1]\nping b\n');
    expect(lines).toHaveLength(4);
    expect(lines.slice(0, 3).every((line) => line.startsWith('ERROR: '))).toBe(true);
    expect(lines[3]).toContain('"Success":true');
  });

  it.each(['"x"', 'null', '{}', '1'])(
    'D3: requested_fields %s is an error, not a crash',
    async (value) => {
      expect(
        await replies(await start(), `{"command":"status","requested_fields":${value}}\nping x`),
      ).toEqual([
        'ERROR: requested_fields must be a list of strings',
        '{"Error":"no route to node","Success":false}',
      ]);
    },
  );

  it('ends a connection whose line is too long, with the reason', async () => {
    const path = await start({ maxLineBytes: 100 });
    expect(await talk(path, 'x'.repeat(200), true)).toBe(
      'Receptor Control, node a<b\nERROR: line is longer than 100 bytes\n',
    );
  });

  it('ends a connection whose line does not end, also after its first request', async () => {
    const path = await start();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    closers.push(() => vi.useRealTimers());
    const socket = connect({ path });
    await once(socket, 'data');
    socket.write('ping b\nwork submit a b');
    await once(socket, 'data');
    const closed = once(socket, 'close');
    vi.advanceTimersByTime(59_999);
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    await closed;
  });

  it('takes no line that is cut off for a request', async () => {
    expect(await talk(await start(), 'ping b\nwork release u1')).toBe(
      'Receptor Control, node a<b\n{"From":"b","Success":true,"Time":285713,"TimeStr":"285.713µs"}\n' +
        'ERROR: the line is not ended by a line break\n',
    );
  });

  it('refuses what no command begins with after a few bytes', async () => {
    const path = await start();
    const refused = 'Receptor Control, node a<b\nERROR: Unknown command\n';
    expect(await talk(path, 'x'.repeat(40), true)).toBe(refused);
    expect(await talk(path, `statusquo ${'x'.repeat(40)}`, true)).toBe(refused);
    const socket = connect({ path });
    socket.write(`PI\rNG ${'b'.repeat(40)}`);
    await once(socket, 'data');
    socket.end('\n');
    expect(await all(socket)).toBe('{"Error":"no route to node","Success":false}\n');
  });

  it('bounds what has begun over all connections, and has the memory again when they are gone', async () => {
    const path = await start({ maxUnfinishedBytes: 100_000 });
    const begin = `{"command":"${'x'.repeat(60_000)}`;
    const first = connect({ path });
    first.write(begin);
    await once(first, 'data');
    // the first has been read when an answer of a second one is there
    expect(await talk(path, begin, true)).toBe(
      'Receptor Control, node a<b\nERROR: too many bytes of lines that have not ended; send a line at once\n',
    );
    first.end('"}\n');
    expect(await all(first)).toBe('ERROR: Unknown command\n');
    expect(await talk(path, `${begin}"}\n`)).toContain('ERROR: Unknown command\n');
  });

  it('closes connections beyond its bound', async () => {
    const lines: string[] = [];
    const quiet = (): void => undefined;
    const warning = (line: string): number => lines.push(line);
    const log = { error: quiet, warning, info: quiet, debug: quiet };
    const path = await start({ maxSessions: 1, log });
    const first = connect({ path });
    await once(first, 'data');
    // one that has asked for nothing would give way
    first.write('status\n');
    await once(first, 'data');
    for (let attempt = 0; attempt < 3; attempt++) expect(await talk(path, '')).toBe('');
    expect(lines).toEqual(['Control connection refused: 1 are open']);
    first.destroy();
  });
});

describe('events of units', () => {
  const events = (seen: unknown[]): Partial<WorkHandler> => ({
    events: async function* (options) {
      seen.push(options);
      yield await Promise.resolve([{ type: 'resumed', cursor: 'e-1' }] as const);
      yield [
        { type: 'unit', unitId: 'u1', status: running, cursor: 'e-2' },
        { type: 'released', unitId: 'u1', cursor: 'e-3' },
      ] as const;
    },
  });

  it('come as lines, in both forms of a request, and keep the connection', async () => {
    const seen: unknown[] = [];
    const path = await start({ work: workWith(events(seen)) });
    const expected = [
      '{"Cursor":"e-1","Event":"resumed"}',
      '{"Cursor":"e-2","Event":"unit","Status":{"Detail":"Running: PID 1 \\u0026 \\u003cmore\\u003e","ExtraData":{"Pid":1,"Params":""},"State":1,"StateName":"Running","StdoutSize":9007199254740993,"WorkType":"cat"},"UnitID":"u1"}',
      '{"Cursor":"e-3","Event":"released","UnitID":"u1"}',
    ];
    expect(await replies(path, 'work events e-0\nstatus')).toEqual(expected);
    for (const unitid of ['"u1"', '["u1"]'])
      expect(
        await replies(
          path,
          `{"command":"work","subcommand":"events","after":"e-0","unitid":${unitid}}`,
        ),
      ).toEqual(expected);
    expect(seen).toEqual([
      { verb: 'events', after: 'e-0' },
      { verb: 'events', after: 'e-0', unitIds: ['u1'] },
      { verb: 'events', after: 'e-0', unitIds: ['u1'] },
    ]);
  });

  it.each([
    ['work events a b', 'ERROR: work events only takes a cursor'],
    ['{"command":"work","subcommand":"events","after":1}', 'ERROR: field after must be a string'],
    [
      '{"command":"work","subcommand":"events","unitid":[1]}',
      'ERROR: field unitid must be a string or a list of strings',
    ],
  ])('%s is refused', async (request, refusal) => {
    const path = await start({ work: workWith(events([])) });
    expect(await replies(path, request)).toEqual([refusal]);
    expect(await replies(await start(), 'work events')).toEqual(['ERROR: bad command']);
  });
});

describe('what a node counts', () => {
  it('is told by activity, as far as it is known', async () => {
    const path = await start({
      mesh: {
        ...mesh,
        links: () => [
          {
            nodeId: 'b',
            cost: 1.5,
            description: 'tcp 192.0.2.1:2222',
            upSinceMs: 0,
            lastHeardMs: 5,
            answersProbes: true,
            rttMs: 0.25,
            traffic: { receivedBytes: 10, receivedMessages: 1, sentBytes: 20, sentMessages: 2 },
          },
        ],
      },
      work: workWith({
        activity: () => ({
          counts: new Map([[UnitState.Running, 2]]),
          submitted: 4,
          started: 3,
          ended: 1,
          released: 0,
        }),
      }),
    });
    const [full = ''] = await replies(path, 'activity');
    expect(full.replace(/"Uptime":\d+/, '"Uptime":1')).toBe(
      '{"Links":[{"Cost":1.5,"NodeID":"b","RTT":250000,"ReceivedBytes":10,"SentBytes":20,"UpSince":"1970-01-01T00:00:00.000Z"}],"NodeID":"a\\u003cb",' +
        '"Units":{"Canceled":0,"Failed":0,"Pending":0,"Running":2,"Succeeded":0},"UnitsEnded":1,"UnitsReleased":0,"UnitsStarted":3,"UnitsSubmitted":4,"Uptime":1}',
    );
    const [bare = ''] = await replies(await start({ work: undefined }), 'activity');
    expect(bare).toMatch(/^\{"NodeID":"a\\u003cb","Uptime":\d+\}$/);
    expect(await replies(path, 'activity now')).toEqual([
      'ERROR: activity command does not take parameters',
    ]);
  });

  it('has the ages of units for who asks', async () => {
    const path = await start({
      work: workWith({ ages: () => Promise.resolve(new Map([['zz', 1500.4]])) }),
    });
    const [asked = ''] = await replies(path, '{"command":"work","subcommand":"list","ages":true}');
    expect(asked).toMatch(/"zz":\{"Age":1500000000,"Detail"/);
    expect(asked.match(/"Age"/g)).toHaveLength(1);
    const [plain = ''] = await replies(path, '{"command":"work","subcommand":"list"}');
    expect(plain).not.toContain('"Age"');
  });
});

describe('work streams', () => {
  it.each([
    ['12', 12n],
    ['"12"', 12n],
    ['12.9', 12n],
    ['9007199254740993', 9007199254740993n],
  ])('D23: startpos %s is taken', async (given, expected) => {
    let seen: bigint | undefined;
    const path = await start({
      work: workWith({
        results: (_id, startPos) => {
          seen = startPos;
          return Promise.resolve(chunks('data'));
        },
      }),
    });
    expect(
      await talk(
        path,
        `{"command":"work","subcommand":"results","unitid":"u1","startpos":${given}}\n`,
      ),
    ).toBe('Receptor Control, node a<b\nStreaming results for work unit u1\ndata');
    expect(seen).toBe(expected);
  });

  it('ends the connection after results although the client has not', async () => {
    const path = await start({
      work: workWith({ results: () => Promise.resolve(chunks('one', 'two')) }),
    });
    expect(await talk(path, 'work results u1\n', true)).toBe(
      'Receptor Control, node a<b\nStreaming results for work unit u1\nonetwo',
    );
  });

  it('hands the stdin over to the byte and answers after its end', async () => {
    const submissions: WorkSubmission[] = [];
    let stdin = '';
    const path = await start({
      work: workWith({
        submit: (submission) => {
          submissions.push(submission);
          return Promise.resolve({
            unitId: 'abcd1234',
            start: async (input) => {
              for await (const chunk of input) stdin += Buffer.from(chunk).toString();
              return 'Job Started';
            },
          });
        },
      }),
    });
    expect(await talk(path, 'work submit b cat a  b\nping b\n\r\n last')).toBe(
      'Receptor Control, node a<b\nWork unit created with ID abcd1234. Send stdin data and EOF.\n' +
        '{"result":"Job Started","unitid":"abcd1234"}\n',
    );
    expect(stdin).toBe('ping b\n\r\n last');
    expect(submissions).toEqual([
      { node: 'b', workType: 'cat', params: { params: 'a  b' }, signWork: false },
    ]);
  });

  it.each([
    ['hello0123456789abcdef', 'hello', '{"result":"Job Started","unitid":"u1"}'],
    ['hello0123456789abcde', undefined, /^ERROR: .*cut before the end of stdin/],
    ['hello', undefined, /^ERROR: .*cut before the end of stdin/],
  ])(
    'once a mark was agreed on, stdin ends by it and by nothing else: %s',
    async (sent, got, answer) => {
      let stdin: string | undefined;
      const path = await start({
        work: workWith({
          submit: () => taking((all) => (stdin = all)),
        }),
      });
      const replies = await talk(path, `stdin-end 0123456789abcdef\nwork submit b cat\n${sent}`);
      const [, agreed, created, last] = replies.split('\n');
      expect(agreed).toBe('{"StdinEnd":"0123456789abcdef"}');
      expect(created).toBe('Work unit created with ID u1. Send stdin data and EOF.');
      expect(last).toEqual(typeof answer === 'string' ? answer : expect.stringMatching(answer));
      expect(stdin).toBe(got);
    },
  );

  it.each([
    ['hello', 'work list\n', 'hello', '{"result":"Job Started","unitid":"u1"}'],
    ['', 'work list\n', '', '{"result":"Job Started","unitid":"u1"}'],
    ['hell', '', undefined, /^ERROR: .*cut before the end of stdin/],
  ])(
    'a stdin whose size was told ends by it, and requests go on behind it: %j',
    async (sent, next, got, answer) => {
      let stdin: string | undefined;
      const path = await start({
        work: workWith({
          list: () => Promise.resolve([]),
          submit: () => taking((all) => (stdin = all)),
        }),
      });
      const size = got?.length ?? 5;
      const replies = await talk(path, `stdin-size ${size}\nwork submit b cat\n${sent}${next}`);
      const [, agreed, created, last, after] = replies.split('\n');
      expect(agreed).toBe(`{"StdinSize":${size}}`);
      expect(created).toBe('Work unit created with ID u1. Send stdin data and EOF.');
      expect(last).toEqual(typeof answer === 'string' ? answer : expect.stringMatching(answer));
      expect(after).toBe(got === undefined ? '' : '{}');
      expect(stdin).toBe(got);
    },
  );

  it('follows a unit by one request, and takes the next one behind it', async () => {
    let given: AbortSignal | undefined;
    const path = await start({
      work: workWith({
        list: () => Promise.resolve([]),
        watch: async function* () {
          yield await Promise.resolve({ ...running, state: UnitState.Succeeded, stdoutSize: 3n });
        } as unknown as WorkHandler['watch'],
        results: (_id, from, { signal, signature }) => {
          given = signal;
          const stdout = Buffer.from(`${from}${signature}`);
          return Promise.resolve(
            (async function* () {
              yield await Promise.resolve(stdout);
            })(),
          );
        },
      }),
    });
    const request = { command: 'work', subcommand: 'follow', unitid: 'u1', startpos: 7 };
    const replies = await talk(
      path,
      `${JSON.stringify({ ...request, signature: 'sig' })}\nwork list\n`,
    );
    const lines = replies.split('\n').slice(1);
    expect(lines.filter((line) => line.startsWith('{"Detail"'))).toHaveLength(1);
    // the bytes end without a line break
    expect(replies).toContain('{"Bytes":4}\n7sig{');
    expect(lines.slice(-2)).toEqual(['{}', '']);
    expect(replies).toContain('{"End":"u1"}\n');
    expect(given?.aborted).toBe(true);
  });

  it('does not say that a unit has ended when its follower went', async () => {
    const path = await start({
      work: workWith({
        watch: (_id, signal) => Promise.resolve(untilAborted(signal) as AsyncIterable<never>),
        results: (_id, _from, { signal }) => Promise.resolve(untilAborted(signal)),
      }),
    });
    // the end of its half follows at once
    expect(await talk(path, 'work follow u1\n')).not.toContain('End');
  });

  it('answers a line that comes during a follow behind it', async () => {
    const path = await start({
      work: workWith({
        watch: async function* () {
          // the line is looked at meanwhile
          for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
          yield { ...running, state: UnitState.Succeeded };
        } as unknown as WorkHandler['watch'],
        results: async function* () {
          yield await Promise.resolve(Buffer.from('x'));
        } as unknown as WorkHandler['results'],
      }),
    });
    // no request begins so, which is known before the line ends
    const text = await talk(path, `work follow u1\n${'nonsense '.repeat(9)}`, true);
    expect(text.split('\n').slice(-3)).toEqual(['{"End":"u1"}', 'ERROR: Unknown command', '']);
  });

  it('never takes the rest of a refused payload for requests', async () => {
    const path = await start({
      work: workWith({
        submit: () =>
          Promise.resolve({ unitId: 'u1', start: () => Promise.reject(new Error('disk\nfull')) }),
      }),
    });
    expect(await talk(path, 'work submit b cat\nping b\nping b\n', true)).toBe(
      'Receptor Control, node a<b\nWork unit created with ID u1. Send stdin data and EOF.\nERROR: disk full\n',
    );
  });

  it('tells the handler when a mesh stream is gone', async () => {
    let seen: AbortSignal | undefined;
    const control = new ControlService({
      nodeId: 'a',
      mesh,
      version: '1',
      work: workWith({
        results: (_id, _pos, { signal }) => {
          seen = signal;
          return Promise.resolve(untilAborted(signal));
        },
      }),
    });
    let request: string | null = 'work results u1\n';
    const stream = new Duplex({
      read() {
        if (request !== null) this.push(request);
        request = null;
      },
      write(chunk: Buffer, _encoding, done) {
        done();
        if (chunk.toString().startsWith('Streaming')) setImmediate(() => stream.destroy());
      },
    });
    await control.serve(stream, { transport: 'mesh' });
    expect(seen?.aborted).toBe(true);
  });
});

/** A connection that requests something and takes in what it is sent only when the test asks for it. */
class SlowReader extends Duplex {
  readonly taken: string[] = [];
  #take: (() => void) | undefined;
  #holds = false;

  constructor(private request: string | null) {
    super();
  }

  hold(): void {
    this.#holds = true;
  }

  accept(): void {
    this.#holds = false;
    this.#take?.();
  }

  override _read(): void {
    if (this.request !== null) this.push(this.request);
    this.request = null;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#take = () => {
      this.taken.push(chunk.toString());
      done();
    };
    if (!this.#holds) this.#take();
  }
}

describe('the end of a connection', () => {
  it('waits for a reader that is slow, and not for one that has everything and stays', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    closers.push(() => vi.useRealTimers());
    const stream = new SlowReader('work results u1\n');
    const control = new ControlService({
      nodeId: 'a',
      mesh,
      version: '1',
      work: workWith({
        results: () => {
          stream.hold();
          return Promise.resolve(chunks('one', 'two'));
        },
      }),
    });
    await control.serve(stream, { transport: 'unix' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stream.destroyed).toBe(false);
    stream.accept();
    await once(stream, 'finish');
    expect(stream.taken.join('')).toMatch(/Streaming results for work unit u1\nonetwo$/);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(stream.destroyed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(stream.destroyed).toBe(true);
  });

  it('stops watching a unit for a client that has gone', async () => {
    let ended: (gone: boolean) => void = () => undefined;
    const whenEnded = new Promise<boolean>((resolve) => {
      ended = resolve;
    });
    const path = await start({
      work: workWith({
        watch: (_id, signal) => Promise.resolve(untilGone(signal, ended)),
      }),
    });
    const socket = connect(path);
    socket.write('work watch u1\n');
    // the greeting and the first status are here, so the watch has begun
    for (let seen = ''; !seen.includes('"State":1');) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      seen += chunk.toString();
    }
    socket.end();
    expect(await whenEnded).toBe(true);
  });

  it('closes a stream it has opened for a client that has gone meanwhile', async () => {
    const stream = new SlowReader('connect b echo\n');
    const remote = new Duplex({ read: () => undefined });
    const control = new ControlService({
      nodeId: 'a',
      version: '1',
      mesh: {
        ...mesh,
        connect: () => {
          stream.destroy();
          return Promise.resolve(remote);
        },
      },
    });
    await control.serve(stream, { transport: 'unix' });
    expect(remote.destroyed).toBe(true);
  });
});

describe('unix sockets', () => {
  it('has the mode asked for and goes with its listener', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'control-'));
    const control = new ControlService({ nodeId: 'a', mesh, version: '1' });
    const listener = await control.listenUnix(join(folder, 's'), 0o660);
    expect((await stat(listener.address)).mode & 0o777).toBe(0o660);
    await control.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it('D24: leaves alone whatever is not a socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'control-'));
    const control = new ControlService({ nodeId: 'a', mesh, version: '1' });
    await mkdir(join(folder, 'tree'));
    await writeFile(join(folder, 'tree', 'file'), 'x');
    await expect(control.listenUnix(join(folder, 'tree'))).rejects.toMatchObject({
      code: 'path-not-a-socket',
    });
    await expect(control.listenUnix(join(folder, 'tree', 'file'))).rejects.toMatchObject({
      code: 'path-not-a-socket',
    });
    expect(await readdir(join(folder, 'tree'))).toEqual(['file']);
  });

  it('refuses the path of a running node and takes over that of a dead one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'control-'));
    const path = join(folder, 's');
    const first = new ControlService({ nodeId: 'first', mesh, version: '1' });
    const second = new ControlService({ nodeId: 'second', mesh, version: '1' });
    closers.push(() => second.close());
    await first.listenUnix(path);
    await expect(second.listenUnix(path)).rejects.toMatchObject({ code: 'socket-in-use' });
    await first.close();
    await leaveStaleSocket(path);
    await second.listenUnix(path);
    expect(await talk(path, '')).toBe('Receptor Control, node second\n');
    expect(await readdir(folder)).toEqual(['s']);
  });

  it('listens on TCP, half-open', async () => {
    const control = new ControlService({ nodeId: 'a', mesh, version: '1' });
    closers.push(() => control.close());
    const { address } = await control.listenTcp({ host: '127.0.0.1', port: 0 });
    const socket = connect({
      host: '127.0.0.1',
      port: Number(address.split(':')[1]),
      allowHalfOpen: true,
    });
    socket.end('ping b\n');
    expect(await all(socket)).toMatch(/node a\n\{"From":"b"/);
  });
});

/** A socket file whose listener was closed without removing it, as a killed process leaves it. */
async function leaveStaleSocket(path: string): Promise<void> {
  const { rename } = await import('node:fs/promises');
  const server = createServer().listen(`${path}.old`);
  await once(server, 'listening');
  await rename(`${path}.old`, path);
  server.close();
  await once(server, 'close');
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

async function* untilAborted(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  await once(signal, 'abort');
  yield Buffer.alloc(0);
}

async function* untilGone(
  signal: AbortSignal,
  ended: (gone: boolean) => void,
): AsyncGenerator<UnitStatus> {
  yield running;
  await once(signal, 'abort');
  ended(signal.aborted);
}

it('an operator is served although submissions that never end have taken every place', async () => {
  const maxSessions = 8;
  const work = workWith({
    submit: () =>
      Promise.resolve({
        unitId: 'u1',
        start: async (stdin) => {
          await buffer(stdin);
          return 'Job Started';
        },
      }),
  });
  const path = await start({ maxSessions, work });
  const stalled = await Promise.all(
    Array.from({ length: maxSessions }, async () => {
      const socket = connect({ path });
      socket.on('error', () => undefined);
      socket.write('work submit localhost cat\n');
      for (let text = ''; !text.includes('Send stdin data');) {
        const [chunk] = (await once(socket, 'data')) as [Buffer];
        text += String(chunk);
      }
      return socket;
    }),
  );
  expect(await talk(path, 'ping b\n')).toBe('');
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 30_000);
  expect(await talk(path, 'ping b\n')).toContain('"Success":true');
  vi.restoreAllMocks();
  for (const socket of stalled) socket.destroy();
});
