import {
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '@receptorjs/control-protocol';
import { badRequest } from '../errors.js';

/** One request: a command with the text behind it, or a command with the fields of its JSON object. */
export type Request =
  | { readonly form: 'line'; readonly command: string; readonly text: string }
  | { readonly form: 'json'; readonly command: string; readonly fields: JsonObject };

/** Values in a JSON request: a submission may have many parameters, but no more than this. */
const MAX_REQUEST_VALUES = 20_000;

const commands = [
  'status',
  'ping',
  'traceroute',
  'reload',
  'explain',
  'firewall',
  'connect',
  'work',
  'activity',
  'log-level',
  'stdin-end',
  'stdin-size',
];

/** The longest word of a request that has a meaning in any case, in UTF-16 units. */
const MAX_KEYWORD_LENGTH = 64;

/** Lower case of a word that is compared with known ones; a longer one than all of them is left alone, for 2 MiB of them take 30 ms. */
export function keyword(word: string): string {
  return word.length > MAX_KEYWORD_LENGTH ? word : word.toLowerCase();
}

/** Whether what a line begins with can be a request: JSON, or the name of a command, as far as it is there. */
export function mayBeRequest(begin: string): boolean {
  if (begin.startsWith('{')) return true;
  const [first = ''] = begin.split(' ', 1);
  const word = keyword(first);
  return begin.includes(' ')
    ? commands.includes(word)
    : commands.some((command) => command.startsWith(word));
}

/**
 * Reads a request line. A line that begins with `{` is JSON, whose `command` is taken as it is; in any other line the
 * command is everything up to the first space, in any case.
 *
 * @throws {ControlServiceError} `bad-request`
 */
export function parseRequest(line: string): Request {
  if (!line.startsWith('{')) {
    const space = line.indexOf(' ');
    return space < 0
      ? { form: 'line', command: keyword(line), text: '' }
      : { form: 'line', command: keyword(line.slice(0, space)), text: line.slice(space + 1) };
  }
  const fields = parseObject(line);
  const { command } = fields;
  if (command === undefined) throw badRequest('JSON did not contain a command');
  if (typeof command !== 'string') throw badRequest('command must be a string');
  return { form: 'json', command, fields };
}

function parseObject(line: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(line, { maxValues: MAX_REQUEST_VALUES });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable';
    const isTooLarge = error instanceof Error && error.cause !== undefined;
    throw badRequest(`request is ${isTooLarge ? 'too large' : 'not JSON'}: ${why}`);
  }
  if (!isJsonObject(value)) throw badRequest('request is not a JSON object');
  return value;
}

/** A field that must be there and be a string. */
export function stringField(fields: JsonObject, name: string): string {
  const value = fields[name];
  if (value === undefined) throw badRequest(`field ${name} missing`);
  if (typeof value !== 'string') throw badRequest(`field ${name} must be a string`);
  return value;
}

/** A field that counts only when it is a string. */
export function optionalString(fields: JsonObject, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}
