import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};
/** Ends of the names of compressed copies, by what HTTP calls them; the first one that a browser takes is sent. */
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** One file of the pages with its compressed copies. */
export interface PageFile {
  readonly type: string;
  /** Whether its name changes with its content. */
  readonly isHashed: boolean;
  readonly plain: Buffer;
  readonly encoded: readonly (readonly [encoding: string, body: Buffer])[];
}

/**
 * Reads the built pages, all of them: they are few, and nothing but them can be asked for.
 *
 * @returns files by their addresses
 */
export function readPageFiles(folder: string): ReadonlyMap<string, PageFile> {
  const names = new Set(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
  );
  return new Map(
    [...names].flatMap((name): [string, PageFile][] => {
      const type = types[extname(name)];
      if (type === undefined) return [];
      const read = (end: string): Buffer => readFileSync(join(folder, name + end));
      const file: PageFile = {
        type,
        isHashed: name.startsWith(`assets${sep}`),
        plain: read(''),
        encoded: encodings.flatMap(([encoding, end]) =>
          names.has(name + end) ? [[encoding, read(end)] as const] : [],
        ),
      };
      return [[`/${name.replaceAll(sep, '/')}`, file]];
    }),
  );
}

/** The form of a file that a browser takes, by its header `Accept-Encoding`. */
export function formFor(
  { plain, encoded }: PageFile,
  accepted = '',
): { readonly encoding?: string; readonly body: Buffer } {
  const taken = new Set(
    accepted
      .split(',')
      .map((part) => part.trim())
      .filter((part) => !/;\s*q=0(?:\.0*)?$/.test(part))
      .map((part) => part.split(';')[0]),
  );
  const found = encoded.find(([encoding]) => taken.has(encoding));
  return found === undefined ? { body: plain } : { encoding: found[0], body: found[1] };
}
