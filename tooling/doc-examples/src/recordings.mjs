import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../repo-rules/src/workspace.mjs';

const folder = join(root, 'packages/netceptor/fixtures');
/** Where the payload of a data message begins. */
const PAYLOAD = 36;

/** A message as the page of the wire writes it: its type and its text, or for data all of it in hexadecimal digits. */
export function written(/** @type {Buffer} */ message) {
  const [type = 0] = message;
  if (type !== 0) return [`${type} ${message.toString('utf8', 1)}`];
  return [`0 ${message.toString('hex')}`, `unreach ${message.toString('utf8', PAYLOAD)}`];
}

/**
 * The lines of an example that no recorded conversation has.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function notRecorded(text) {
  const known = new Set(
    readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
      .flatMap((line) => {
        const { hex } = JSON.parse(line);
        return typeof hex === 'string' ? written(Buffer.from(hex, 'hex')) : [];
      }),
  );
  return text
    .trim()
    .split('\n')
    .filter((line) => !known.has(line));
}
