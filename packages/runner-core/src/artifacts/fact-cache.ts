import { createHash } from 'node:crypto';
import { lstat, opendir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, errorCode, UnsafeFileError } from '../errors.js';
import { jsonMappingOf, type JsonMapping } from './json-file.js';
import { makeFolder } from './make-folder.js';
import { readRegularFile } from './regular-file.js';

/** Facts of a host as Ansible caches them. */
export type HostFacts = Readonly<Record<string, unknown>>;

/** The schema that ansible-core 2.19 and later write; it stands in the names of the files. */
const SCHEMA = 1;
/** Largest file with facts, in bytes. */
export const MAX_FACTS_BYTES = 64 * 1024 * 1024;
/** Most files in a fact cache. */
export const MAX_FACT_FILES = 1_000_000;
/** Holds the facts, as text, where there is a schema. */
const PAYLOAD = '__payload__';
/** Names the type of what is no plain value. */
const TYPE = '__ansible_type';

/**
 * A folder of the cache plugin `jsonfile`. Up to ansible-core 2.18 a file has the host's name and its facts; from 2.19 on the
 * name begins with a schema (`s1_HOST`) and the facts are a text in `__payload__`, with types and origins of values among them.
 */
export class FactCacheFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The facts of a host, `{}` when there are none; plain values, whatever version wrote them, and of several versions the latest.
   *
   * @throws {ConfigurationError} for a schema that is not known.
   * @throws {UnsafeFileError} for what is no regular file of at most {@link MAX_FACTS_BYTES} with a JSON mapping.
   */
  async read(host: string): Promise<HostFacts> {
    checkHost(host);
    const names = await this.#names();
    const found = await Promise.all(
      candidates(host, names).map(async ({ name, schema }) => ({
        schema,
        name,
        facts: await this.#load(name),
        time: (await lstat(join(this.#folder, name), { bigint: true })).mtimeNs,
      })),
    );
    const [latest] = found
      // One host may be called what another one's file is.
      .filter(({ facts, schema }) => PAYLOAD in facts === (schema !== undefined))
      .sort((a, b) => (a.time > b.time ? -1 : a.time < b.time ? 1 : 0));
    if (latest === undefined) return {};
    if (latest.schema === undefined) return latest.facts;
    if (latest.schema !== SCHEMA)
      throw new ConfigurationError(
        `The facts of ${host} in ${join(this.#folder, latest.name)} have the schema ${latest.schema}, which is not known; ${SCHEMA} is.`,
      );
    return plainFacts(latest.facts[PAYLOAD], join(this.#folder, latest.name));
  }

  /**
   * Replaces a host's facts, in the form of what lies in the folder already; in both where nothing does, so that every version of
   * Ansible finds them.
   */
  async write(host: string, facts: HostFacts): Promise<void> {
    checkHost(host);
    await makeFolder(this.#folder);
    const names = await this.#names();
    const modern = !isFileName(host) || names.some((name) => SCHEMA_NAME.test(name));
    if (!modern) await this.#replace(host, JSON.stringify(facts));
    if (modern || names.length === 0) {
      const payload = JSON.stringify({ [PAYLOAD]: JSON.stringify(facts) });
      for (const name of schemaNames(host)) await this.#replace(name, payload);
    }
  }

  async #names(): Promise<readonly string[]> {
    try {
      const names: string[] = [];
      let looked = 0;
      for await (const { name } of await opendir(this.#folder, { bufferSize: 1024 })) {
        if (!name.endsWith('.tmp')) names.push(name);
        if ((looked += 1) > MAX_FACT_FILES)
          throw new UnsafeFileError(this.#folder, `it holds more than ${MAX_FACT_FILES} files`);
      }
      return names;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      return [];
    }
  }

  async #load(name: string): Promise<JsonMapping> {
    const path = join(this.#folder, name);
    return jsonMappingOf((await readRegularFile(path, MAX_FACTS_BYTES)) ?? '{}', path);
  }

  async #replace(name: string, content: string): Promise<void> {
    const draft = join(this.#folder, `${name}.tmp`);
    // A link in its place would be followed.
    await rm(draft, { force: true });
    await writeFile(draft, content, { flag: 'wx', mode: 0o600 });
    await rename(draft, join(this.#folder, name));
  }
}

const SCHEMA_NAME = /^s(\d+)_(.*)$/s;

function checkHost(host: string): void {
  if (host === '' || host.includes('\0'))
    throw new ConfigurationError(`${JSON.stringify(host)} is no host whose facts lie in a file.`);
}

/** Files that may hold the facts of a host, of those that are there. */
function candidates(
  host: string,
  names: readonly string[],
): readonly { readonly name: string; readonly schema?: number }[] {
  const hash = hashed(`s${SCHEMA}_${host}`);
  return names.flatMap((name) => {
    const [, schema, of] = SCHEMA_NAME.exec(name) ?? [];
    return [
      ...(name === host ? [{ name }] : []),
      ...(of === host ? [{ name, schema: Number(schema) }] : []),
      ...(name === hash ? [{ name, schema: SCHEMA }] : []),
    ];
  });
}

/** Names of a host's file where there is a schema; they differ between versions for some hosts. */
function schemaNames(host: string): readonly string[] {
  const key = `s${SCHEMA}_${host}`;
  return [...(isFileName(key) ? [key] : []), ...(HASHED.test(key) ? [hashed(key)] : [])];
}

/** What makes newer versions use a hash for a name. */
const HASHED = /[/<>|]|\.\./;

/** Whether a file can have that name; `.` and `..` are folders. */
function isFileName(name: string): boolean {
  return !/^\.{0,2}$|\//.test(name);
}

/** The name of a file whose key can't be one, as the newest ansible-core makes it. */
function hashed(key: string): string {
  const digest = createHash('sha256').update(key).digest('hex');
  return digest.slice(0, Math.max(Array.from(key).length, 12));
}

async function plainFacts(payload: unknown, path: string): Promise<HostFacts> {
  if (typeof payload !== 'string')
    throw new ConfigurationError(`${path} is no fact cache: its ${PAYLOAD} is no text.`);
  return plain(await jsonMappingOf(payload, path)) as HostFacts;
}

/** A value without what Ansible notes about it: dates are texts, secrets are as they were encrypted. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const { [TYPE]: type, ...parts } = value as JsonMapping;
  if (typeof type === 'string') {
    if ('value' in parts) return plain(parts.value);
    if ('iso8601' in parts) return parts.iso8601;
    // As it stands in the caches of older versions.
    if (type === 'EncryptedString') return { __ansible_vault: parts.ciphertext };
  }
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, plain(part)]));
}
