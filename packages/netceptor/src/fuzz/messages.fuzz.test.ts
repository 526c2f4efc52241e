import { readFileSync } from 'node:fs';
import { fuzz } from '@receptorjs/tooling-fuzz';
import { MeshError } from '../errors.js';
import { readDataHeader, writeDataHeader } from '../wire/data-header.js';
import { decodeProbe, encodeProbe } from '../wire/probe.js';
import { formatRfc3339, parseRfc3339 } from '../wire/rfc3339.js';
import { decodeRoutingUpdate, encodeRoutingUpdate } from '../wire/routing-update.js';
import {
  decodeServiceAdvertisement,
  encodeServiceAdvertisement,
} from '../wire/service-advertisement.js';
import { decodeUnreachable, encodeUnreachable } from '../wire/unreachable.js';
import { parseFirewallRules } from '../core/data/firewall-rules.js';
import { Firewall } from '../core/data/firewall.js';
import { runSession } from './session-program.js';

/** The operation with which a session program makes its link an established one. */
const ESTABLISH = Buffer.from([1]);

/** Hello, updates, a second link that waits and wins, answers, datagrams, another name, a late close, an idle end. */
const BUSY_PROGRAM = [
  1, 6, 7, 1, 2, 5, 3, 1, 2, 21, 2, 5, 6, 5, 0, 7, 2, 8, 10, 8, 20, 8, 200, 3, 9, 2, 50, 5, 1, 6, 4,
  2, 255, 2, 255,
];

const messages = recordedMessages();
const ofType = (type: number): Buffer[] => messages.filter((message) => message[0] === type);
const reports = ofType(0)
  .filter((message) => readDataHeader(message).toService === 'unreach')
  .map((message) => message.subarray(36));

fuzz('data header', {
  corpus: ofType(0),
  run: (input) =>
    decodes(input, (bytes) => {
      const header = readDataHeader(bytes);
      // A name that is no UTF-8 is read with replacement characters.
      if (/\ufffd/.test(header.fromService + header.toService)) return;
      const again = Buffer.alloc(36);
      writeDataHeader(again, 0, header);
      same(readDataHeader(again), header);
    }),
});

fuzz('routing update', {
  corpus: ofType(1),
  run: (input) =>
    decodes(input, (bytes) => {
      const update = decodeRoutingUpdate(bytes.toString('utf8', 1));
      const again = encodeRoutingUpdate(update);
      same(encodeRoutingUpdate(decodeRoutingUpdate(again.toString('utf8', 1))), again);
    }),
});

fuzz('service advertisement', {
  corpus: ofType(2),
  run: (input) =>
    decodes(input, (bytes) => {
      const again = encodeServiceAdvertisement(
        decodeServiceAdvertisement(bytes.toString('utf8', 1)),
      );
      same(
        encodeServiceAdvertisement(decodeServiceAdvertisement(again.toString('utf8', 1))),
        again,
      );
    }),
});

fuzz('unreachable message', {
  corpus: [
    ...reports,
    encodeUnreachable({
      fromNode: 'a',
      toNode: 'b',
      fromService: 'c',
      toService: 'd',
      problem: 'message too large for link',
      maxPayloadBytes: 1364,
    }),
  ],
  run: (input) =>
    decodes(input, (bytes) => {
      const again = encodeUnreachable(decodeUnreachable(bytes));
      same(encodeUnreachable(decodeUnreachable(again)), again);
    }),
});

fuzz('probe', {
  corpus: [
    encodeProbe({ isAnswer: false, number: 1 }),
    encodeProbe({ isAnswer: true, number: 2 ** 32 - 1 }),
  ],
  run: (input) =>
    decodes(input, (bytes) => {
      same(encodeProbe(decodeProbe(bytes, 0, bytes.length)).subarray(1), bytes.subarray(1));
    }),
});

fuzz('time', {
  corpus: ['2026-01-02T03:04:05.678901234Z', '0001-01-01T00:00:00+23:59'].map((text) =>
    Buffer.from(text),
  ),
  run: (input) => {
    const time = parseRfc3339(input.toString());
    if (time !== undefined) same(parseRfc3339(formatRfc3339(time)), time);
    return time === undefined ? 'no time' : 'taken';
  },
});

fuzz('firewall pattern', {
  maxBytes: 1_026,
  corpus: ['/(a|b)*[^c-e]{2,5}$/', '/(?i)\\Qx\\E\\pL[[:alpha:]]/', 'plain', '/((a+)+)+b/'].map(
    (text) => Buffer.from(text),
  ),
  run: (input) =>
    decodes(input, (bytes) => {
      const firewall = new Firewall();
      firewall.set(parseFirewallRules([{ action: 'drop', fromnode: bytes.toString() }]));
      firewall.match({
        fromNode: 'a'.repeat(1024),
        toNode: '',
        fromService: '',
        toService: '',
      });
    }),
});

fuzz('messages of an established link', {
  corpus: messages,
  run: (input) => runSession(Buffer.concat([ESTABLISH, Buffer.from([0]), lengthOf(input), input])),
});

fuzz('link session, as a program of operations', {
  corpus: [ESTABLISH, Buffer.from(BUSY_PROGRAM)],
  maxBytes: 16_384,
  run: runSession,
});

function lengthOf(input: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(Math.min(input.length, 0xffff));
  return length;
}

/** Runs a decoder: the only errors allowed are those that name what is wrong with the input. */
function decodes(input: Buffer, decode: (input: Buffer) => void): string {
  try {
    decode(input);
    return 'taken';
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    return error.message.slice(0, 40);
  }
}

function same(actual: unknown, expected: unknown): void {
  const isSame =
    Buffer.isBuffer(actual) && Buffer.isBuffer(expected)
      ? actual.equals(expected)
      : textOf(actual) === textOf(expected);
  if (!isSame) throw new Error(`${textOf(actual)} is not ${textOf(expected)}`);
}

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));

/** Every message of the recorded conversations that is no stream's, and each length of those only once. */
function recordedMessages(): Buffer[] {
  const seen = new Set<string>();
  return ['tcp', 'tcp-chain', 'tcp-reject', 'tcp-node-dials-go', 'tcp-go-dials-node'].flatMap(
    (file) =>
      readFileSync(new URL(`../../fixtures/${file}.jsonl`, import.meta.url), 'utf8')
        .split('\n')
        .flatMap((line) => {
          const hex = /"hex":"([0-9a-f]*)"/.exec(line)?.[1];
          if (hex === undefined) return [];
          const message = Buffer.from(hex, 'hex');
          const kind = `${message[0]} ${message.length}`;
          if (seen.has(kind)) return [];
          seen.add(kind);
          return [message];
        }),
  );
}
