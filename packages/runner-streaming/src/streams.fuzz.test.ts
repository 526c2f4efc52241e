import { LoopTurns } from '@receptorjs/bounded-json';
import { fuzz } from '@receptorjs/tooling-fuzz';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll } from 'vitest';
import { StreamError } from './errors.js';
import { messageOf, messagesIn } from './messages/message-recovery.js';
import { MessageReader } from './messages/message-reader.js';
import { withoutForeign, receiveBase64 } from './messages/received-base64.js';
import { readDirectory, ZipFile } from './archive/zip-directory.js';
import { inOrder } from './archive/zip-overlaps.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'runner-fuzz-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const EVENT =
  '{"uuid": "u-1", "counter": 1, "event": "runner_on_ok", "event_data": {"a": {"b": []}}}';

fuzz('lines of a stream', {
  corpus: [
    EVENT,
    `Last login: today${EVENT}`,
    `${EVENT}{"eof": true}`,
    `${EVENT.slice(0, 30)}${EVENT}`,
    '{"zipfile": 12}',
    '{"status": "running", "runner_ident": "r"} and more',
  ],
  run: async (input) => {
    const line = input.toString('utf8');
    if ((await messageOf(line)) !== undefined) return 'whole';
    const found = await messagesIn(line);
    // What is taken stands in the line, in its order.
    let at = 0;
    for (const [, text] of found) {
      at = line.indexOf(text, at);
      if (at < 0) throw new Error('a message was made up');
      at += text.length;
    }
    return found.map(([message]) => Object.keys(message)[0]).join();
  },
});

fuzz('base64 with foreign text', {
  corpus: ['QUJDREVG{"eof": true}\n', 'QUJ\nword\nDREVG{"eof": true}\n', 'QUJhello world\nDREVG{"'],
  run: async (input) => {
    const reader = new MessageReader(Readable.from([input.subarray(0, 7), input.subarray(7)]));
    try {
      let length = 0;
      for await (const piece of receiveBase64(reader, 6)) length += piece.length;
      if (length > 6) throw new Error('it became longer than announced');
      return String(length);
    } catch (error) {
      if (error instanceof StreamError) return error.code;
      throw error;
    }
  },
});

fuzz('removal of foreign text', {
  corpus: ['QUJD\nfoo bar\nREVG', 'a b\nc d\ne f\n', '\n\n\n'],
  run: (input) => {
    const clean = withoutForeign(input.toString('latin1'), 8);
    if (clean !== undefined && clean.length !== 8) throw new Error('a wrong length');
    return clean === undefined ? 'none' : 'removed';
  },
});

const END = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');

fuzz('directories of archives', {
  corpus: [
    END,
    // One member "a", stored, without contents.
    Buffer.concat([
      Buffer.from('504b03041400000800000000210000000000000000000000000001000000', 'hex'),
      Buffer.from('a'),
      Buffer.from(
        '504b01021403140000080000000021000000000000000000000000000100000000000000000000' +
          '00a48100000000',
        'hex',
      ),
      Buffer.from('a'),
      Buffer.from('504b050600000000010001002f0000001f0000000000', 'hex'),
    ]),
  ],
  run: async (input) => {
    const path = join(root, 'fuzzed.zip');
    const file = openSync(path, 'w+');
    try {
      writeSync(file, input);
      const zip = new ZipFile(file);
      const turns = new LoopTurns();
      const directory = await readDirectory(zip, 100, turns);
      const members = await inOrder(zip, directory, turns);
      return `${members.length} members`;
    } catch (error) {
      if (error instanceof StreamError) return error.message.replace(/\d+|"[^]*"/g, '');
      throw error;
    } finally {
      closeSync(file);
    }
  },
});
