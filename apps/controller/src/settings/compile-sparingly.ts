import { setFlagsFromString } from 'node:v8';

/** V8's names for WebAssembly that is not optimized, by the major version that has them and was measured. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  // of Node.js 20
  '11': ['--liftoff-only'],
};

/**
 * Has WebAssembly stay as the baseline compiler makes it, before PGlite is compiled: the optimizing one leaves some 25 MiB in each thread it ran on, and
 * PostgreSQL is no faster for it, since most of its time goes into files. Does nothing where V8 has no such flag, which would be a line on stderr.
 *
 * @param version - of V8
 */
export function compileSparingly(
  version: string,
  set: (flag: string) => void = setFlagsFromString,
): void {
  const [major = ''] = version.split('.');
  for (const flag of FLAGS[major] ?? []) set(flag);
}
