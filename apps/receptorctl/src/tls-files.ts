import { readFile } from 'node:fs/promises';
import type { GlobalOptions } from './global-options.js';

type TlsFiles = Pick<GlobalOptions, 'rootcas' | 'key' | 'cert' | 'insecureskipverify'>;

/** The PEM texts of the files that options or a configuration name. */
export interface TlsTexts {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly insecureskipverify: string | undefined;
}

/**
 * Reads the files for TLS that the options name, themselves or by a `tls-client` of a configuration file.
 *
 * @throws {Error} for a file that can't be read, or is no configuration
 */
export async function readTlsFiles(options: GlobalOptions): Promise<TlsTexts> {
  const files =
    options.config === undefined || options.tlsClient === undefined
      ? options
      : { ...options, ...(await tlsClientIn(options.config, options.tlsClient)) };
  const read = (file: string | undefined): Promise<string | undefined> =>
    file === undefined ? Promise.resolve(undefined) : readFile(file, 'utf8');
  return {
    ca: await read(files.rootcas),
    cert: await read(files.cert),
    key: await read(files.key),
    insecureskipverify: files.insecureskipverify,
  };
}

/** The `tls-client` of that name in a configuration file; nothing when there is none. */
async function tlsClientIn(path: string, name: string): Promise<TlsFiles> {
  const { parse } = await import('yaml');
  const items: unknown = parse(await readFile(path, 'utf8'));
  if (!Array.isArray(items)) throw new Error(`${path} is not a list of actions`);
  for (const item of items as unknown[]) {
    const client = field(item, 'tls-client');
    if (field(client, 'name') !== name) continue;
    return {
      rootcas: textField(client, 'rootcas'),
      key: textField(client, 'key'),
      cert: textField(client, 'cert'),
      insecureskipverify: textField(client, 'insecureskipverify'),
    };
  }
  return {};
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function textField(value: unknown, name: string): string | undefined {
  const found = field(value, name);
  if (typeof found === 'boolean' || typeof found === 'number') return String(found);
  return typeof found === 'string' ? found : undefined;
}
