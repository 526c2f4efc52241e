import { errorText } from '@receptorjs/primitives';
import { JsonLimitError, parseBoundedJson } from '@receptorjs/bounded-json';
import { open } from 'node:fs/promises';
import { ConfigurationError, errorCode } from '../errors.js';
import { readAtMost } from '../artifacts/regular-file.js';

/** Largest file in `env/` that is read. */
export const MAX_INPUT_BYTES = 16 * 1024 * 1024;

/** A mapping as it stands in a file of `env/`. */
export type Mapping = Readonly<Record<string, unknown>>;

/**
 * Reads a text file of the private data dir once, so that it may be a FIFO.
 *
 * @returns its text, or `undefined` when there is no such file.
 * @throws {ConfigurationError} when it can't be read or is too large.
 */
export async function readInput(path: string): Promise<string | undefined> {
  try {
    const bytes = await readInputBytes(path);
    if (bytes === undefined)
      throw new ConfigurationError(
        `${path} is too large: at most ${MAX_INPUT_BYTES} bytes are read.`,
      );
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (error instanceof ConfigurationError) throw error;
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is no UTF-8 text' : String(code);
    throw new ConfigurationError(`${path} can't be read: ${why}.`, { cause: error });
  }
}

/** The bytes of a file; `undefined` when there are more than {@link MAX_INPUT_BYTES}; no more than that is read, whatever the path leads to. */
export async function readInputBytes(path: string): Promise<Buffer | undefined> {
  const file = await open(path, 'r');
  try {
    return await readAtMost(file, MAX_INPUT_BYTES);
  } finally {
    await file.close();
  }
}

/**
 * Reads a mapping in JSON or YAML 1.1.
 *
 * @param exact keep what Python's `str()` would show of numbers: integers as bigint, others as PythonFloat
 * @returns the mapping, `{}` for an empty file, or `undefined` when there is no such file.
 * @throws {ConfigurationError} when the file is neither, or holds something else than a mapping.
 */
export async function readMapping(path: string, exact = false): Promise<Mapping | undefined> {
  const text = await readInput(path);
  return text === undefined ? undefined : parseMapping(text, path, exact);
}

/** As {@link readMapping}, of a text; `name` is what an error calls it. */
export async function parseMapping(text: string, name: string, exact = false): Promise<Mapping> {
  const value = await parseJsonOrYaml(text, name, exact);
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ConfigurationError(
      `${name} must hold a mapping of names to values in JSON or YAML; it holds ${
        Array.isArray(value) ? 'a list' : `a ${typeof value}`
      }.`,
    );
  return value as Mapping;
}

/** Numbers that JavaScript would not give back as they were written. */
const NEEDS_CARE = /\d\.\d|\d[eE][+-]?\d|\d{16}/;

async function parseJsonOrYaml(text: string, name: string, exact: boolean): Promise<unknown> {
  if (text.trim() === '') return undefined;
  try {
    const value = parseBoundedJson(text);
    if (!exact || !NEEDS_CARE.test(text)) return value;
  } catch (error) {
    // As YAML it would be no smaller.
    if (error instanceof JsonLimitError)
      throw new ConfigurationError(`${name} can't be read: ${error.message}.`);
    // YAML, then, or nothing that can be read.
  }
  // Loaded here, because most runs need no YAML.
  const { parsePythonYaml } = await import('./python-yaml.js');
  try {
    return parsePythonYaml(text, exact);
  } catch (cause) {
    throw new ConfigurationError(
      `${name} must hold a mapping in JSON or YAML; ${errorText(cause)}`,
      { cause },
    );
  }
}
