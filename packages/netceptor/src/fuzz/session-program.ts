import { setImmediate } from 'node:timers/promises';
import { NetceptorCore } from '../core/core.js';
import type { LinkSession } from '../core/links/link-session.js';
import type { LinkTransport } from '../core/links/link-transport.js';
import { MeshError } from '../errors.js';
import { DATA_HEADER_BYTES } from '../wire/data-header.js';
import { MAX_MESSAGE_BYTES } from '../wire/message-type.js';
import { encodeProbe } from '../wire/probe.js';
import { encodeRoutingUpdate } from '../wire/routing-update.js';

/** Operations between which the loop does not turn. */
const OPERATIONS_AT_ONCE = 16;
/** What a program may open: more it can't. */
const MAX_LINKS = 8;
/** How many messages one operation may make a node send over all of its links: neighbor syncs are the most. */
const MAX_ANSWERS = 200;
/**
 * The same while up to 25.5 s pass: each link is asked or probed once a second, and sent updates now and then. Messages that came
 * while a link waited are handled then, each at most once to every other link.
 */
const MAX_SENT_IN_TIME = MAX_LINKS * 40;

/**
 * Plays a program of operations on the links of a core, each one byte with its arguments: 0 a message (2 bytes length,
 * little-endian, and its bytes), 1 the peer `b` says hello with probes, 2 time passes (tenths of a second), 3 a further link,
 * 4 the link is closed, 5 another link is taken up (number), 6 the peer lists this node, 7 a probe is answered (number), 8 a
 * service sends (length in units of 100), 9 a second name says hello.
 *
 * @returns what the core logged, in short: the way the program took
 * @throws {Error} when the core throws, sends what no link carries, answers beyond measure, or loses its sense of time.
 */
export async function runSession(program: Buffer): Promise<string> {
  let now = 0;
  let sent = 0;
  /** Operations since time has last passed: no more messages can wait. */
  let said = 0;
  const noted = new Set<string>();
  const note = (line: string): void => {
    if (noted.size < 20) noted.add(line.replace(/\d+/g, 'N').slice(0, 30));
  };
  const links: LinkSession[] = [];
  const core = new NetceptorCore(now, {
    nodeId: 'a',
    environment: {
      random: () => 0.5,
      wallTime: () => 1_700_000_000_000 + now,
      log: { error: note, warning: note, info: note, debug: note },
    },
    firewallRules: [{ action: 'reject', toService: '/no.*/' }],
  });
  core.dataPlane.open('svc', { receive: () => undefined, unreachable: () => undefined });
  const path = core.dataPlane.path('svc', 'b', 'svc');

  const open = (): LinkSession | undefined => {
    if (links.length >= MAX_LINKS) return links.at(-1);
    const check = (length: number): void => {
      sent++;
      if (length > MAX_MESSAGE_BYTES) throw new Error(`a message of ${length} bytes was sent`);
    };
    const transport: LinkTransport = {
      description: `link ${links.length}`,
      maxMessageBytes: 1400,
      sendControl: (message) => check(message.length),
      sendData: (_chunk, start, end) => check(end - start),
      reserve: (length) => Buffer.alloc(length),
      commit: check,
      close: () => undefined,
    };
    const opened = core.addLink(now, transport, {});
    links.push(opened);
    return opened;
  };
  let link = open();
  let sequence = 0n;
  const say = (message: Buffer): void => link?.handleMessage(now, message, 0, message.length);
  const hello = (
    nodeId: string,
    connections: ReadonlyMap<string, number>,
    version?: number,
  ): void => {
    sequence += 1n;
    say(
      encodeRoutingUpdate({
        nodeId,
        updateId: `u${sequence}`,
        epoch: 5n,
        sequence,
        connections,
        forwardingNode: nodeId,
        suspectedDuplicate: 0n,
        linkVersion: version,
      }),
    );
  };

  let operations = 0;
  for (let at = 0; at < program.length;) {
    // as a link turns back to the loop between what it reads
    if (++operations % OPERATIONS_AT_ONCE === 0) await setImmediate();
    const operation = program[at++];
    const before = sent;
    if (operation !== 2) said += 1;
    switch (operation) {
      case 0: {
        const length = (program[at] ?? 0) + 256 * (program[at + 1] ?? 0);
        say(Buffer.from(program.subarray(at + 2, at + 2 + length)));
        at += 2 + length;
        break;
      }
      case 1:
        hello('b', new Map(), 1);
        break;
      case 2:
        now += 100 * (program[at++] ?? 0);
        for (let turn = 0; core.dueAt <= now && turn < 100; turn++) core.handleTimeout(now);
        break;
      case 3:
        link = open();
        break;
      case 4:
        link?.handleClosed(now, 'closed');
        break;
      case 5:
        link = links[(program[at++] ?? 0) % links.length];
        break;
      case 6:
        hello('b', new Map([['a', 1]]), 1);
        break;
      case 7:
        say(encodeProbe({ isAnswer: true, number: program[at++] ?? 0 }));
        break;
      case 8: {
        const length = 100 * (program[at++] ?? 0);
        if (path.reserve(length)?.length === length) path.commit(length);
        try {
          core.dataPlane.send(
            'svc',
            'b',
            'far',
            Buffer.alloc(length - Math.min(length, DATA_HEADER_BYTES)),
          );
        } catch (error) {
          if (!(error instanceof MeshError)) throw error;
        }
        break;
      }
      case 9:
        hello('c', new Map([['b', 1]]));
        break;
      default:
    }
    core.takeEvents();
    const answers = sent - before;
    const most = operation === 2 ? MAX_SENT_IN_TIME + said * links.length : MAX_ANSWERS;
    if (answers > most) {
      throw new Error(
        `operation ${String(operation)} made the node send ${answers} messages over ${links.length} links; allowed are ${most}`,
      );
    }
    if (operation === 2) said = 0;
    if (Number.isNaN(core.dueAt)) throw new Error('the node does not know when it is due');
  }
  core.status();
  core.links(now);
  return [...noted].join(';');
}
