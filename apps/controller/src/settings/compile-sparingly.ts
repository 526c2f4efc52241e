import { setFlagsFromString } from 'node:v8';

/** What is set of V8, by the major version that has such flags and was measured; and what V8 has by itself. */
const FLAGS: Readonly<Record<string, { readonly sparing: string; readonly usual: string }>> = {
  // of Node.js 20
  '11': {
    sparing: '--wasm-tiering-budget=2000000000',
    usual: '--wasm-tiering-budget=1800000',
  },
};

/**
 * Has the WebAssembly that is compiled during an opening stay as the baseline compiler makes it: the optimizing one leaves some 25 MiB in each
 * thread it ran on, and PostgreSQL is no faster for it, since most of its time goes into files. Does nothing where V8 has no such flag, which
 * would be a line on stderr.
 *
 * @param version - of V8
 */
export async function compileSparingly<Opened>(
  version: string,
  open: () => Promise<Opened>,
  set: (flag: string) => void = setFlagsFromString,
): Promise<Opened> {
  const flags = FLAGS[version.split('.')[0] ?? ''];
  if (flags === undefined) return open();
  set(flags.sparing);
  try {
    return await open();
  } finally {
    set(flags.usual);
  }
}
