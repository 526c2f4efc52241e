import { errorText } from '@receptorjs/primitives';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { Payload } from '@receptorjs/control-client';
import { Failure } from '../failure.js';
import { withProgress } from '../output/progress.js';

/** The ways to give a unit its stdin. */
export interface PayloadOptions {
  readonly payload?: string | undefined;
  readonly payloadLiteral?: string | undefined;
  readonly noPayload?: boolean | undefined;
}

const reserved = ['command', 'subcommand', 'node', 'worktype'];

/**
 * The stdin of the unit: exactly one of a file (`-` is stdin), a literal, which gets a line break, and nothing.
 *
 * @throws {Failure} with exit code 1
 */
export async function payloadOf(options: PayloadOptions): Promise<Payload> {
  const { payload, payloadLiteral, noPayload } = options;
  const given = [payload, payloadLiteral, noPayload === true ? '-n' : undefined].filter(
    (option) => option !== undefined && option !== '',
  );
  if (given.length === 0) {
    throw new Failure(1, 'Must provide one of --payload, --no-payload or --payload-literal.');
  }
  if (given.length > 1) {
    throw new Failure(
      1,
      'Cannot provide more than one of --payload, --no-payload and --payload-literal.',
    );
  }
  if (payloadLiteral !== undefined) return `${payloadLiteral}\n`;
  if (payload === undefined) return '';
  if (payload === '-') {
    const { stdin, stderr } = process;
    // who types sees what was typed
    return stderr.isTTY && !stdin.isTTY ? withProgress(stdin, { verb: 'Sent' }) : stdin;
  }
  try {
    const file = await open(payload, 'r');
    const { size } = await file.stat();
    const stream = createReadStream(payload, { fd: file, highWaterMark: 256 * 1024 });
    return process.stderr.isTTY ? withProgress(stream, { verb: 'Sent', total: size }) : stream;
  } catch (error) {
    throw new Failure(1, `Failed to load payload file: ${errorText(error)}`);
  }
}

/**
 * The parameters of the unit: `key=value`, where a value `@file` is the text of a file and `@@` stands for one `@`;
 * further words are joined to the parameter `params`.
 *
 * @param taken keys that options have set already
 * @throws {Error} for a parameter without `=`, a reserved or repeated key, or a file that can't be read
 */
export async function paramsOf(
  given: readonly string[],
  words: readonly string[],
  taken: readonly string[],
): Promise<Record<string, string>> {
  const params: Record<string, string> = {};
  for (const param of given) {
    const at = param.indexOf('=');
    if (at < 1) throw new Error(`parameter ${param} must have the form key=value`);
    const key = param.slice(0, at);
    if ([...reserved, ...taken].includes(key)) {
      throw new Error(`Duplicate or illegal parameter ${key}`);
    }
    params[key] = await valueOf(param.slice(at + 1));
  }
  if (words.length > 0) {
    const first = params['params'];
    params['params'] = [...(first === undefined ? [] : [first]), ...words].join(' ');
  }
  return params;
}

async function valueOf(text: string): Promise<string> {
  if (text.startsWith('@@')) return text.slice(1);
  if (!text.startsWith('@')) return text;
  const file = text.slice(1);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new Error(missing ? `${file} does not exist` : `could not read from file ${file}`, {
      cause: error,
    });
  }
}
