import { readFile } from 'node:fs/promises';
import { ConfigurationError, errorCode } from './errors.js';

/** Largest file in `env/` that is read. */
export const MAX_INPUT_BYTES = 16 * 1024 * 1024;

/** A mapping as it stands in a file of `env/`. */
export type Mapping = Readonly<Record<string, unknown>>;

/**
 * Reads a text file of the private data dir once, so that it may be a FIFO.
 *
 * @returns its text, or `undefined` when there is no such file.
 * @throws ConfigurationError when it can't be read or is too large.
 */
export async function readInput(path: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_INPUT_BYTES)
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

/**
 * Reads a mapping in JSON or YAML 1.1.
 *
 * @returns the mapping, `{}` for an empty file, or `undefined` when there is no such file.
 * @throws ConfigurationError when the file is neither, or holds something else than a mapping.
 */
export async function readMapping(path: string): Promise<Mapping | undefined> {
  const text = await readInput(path);
  return text === undefined ? undefined : parseMapping(text, path);
}

/** As {@link readMapping}, of a text; `name` is what an error calls it. */
export async function parseMapping(text: string, name: string): Promise<Mapping> {
  const value = await parseJsonOrYaml(text, name);
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ConfigurationError(
      `${name} must hold a mapping of names to values in JSON or YAML; it holds ${
        Array.isArray(value) ? 'a list' : `a ${typeof value}`
      }.`,
    );
  return value as Mapping;
}

async function parseJsonOrYaml(text: string, name: string): Promise<unknown> {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Loaded here, because most runs need no YAML.
    const { parse } = await import('yaml');
    try {
      return parse(text, {
        version: '1.1',
        maxAliasCount: 100,
        customTags: (tags) =>
          // Dates stay the text they are written as.
          tags.filter(
            (tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:timestamp',
          ),
      }) as unknown;
    } catch (cause) {
      throw new ConfigurationError(
        `${name} must hold a mapping in JSON or YAML; ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }
}
