import { setFlagsFromString } from 'node:v8';

/** V8's names for how soon code that runs often is compiled, by the major version that has them and was measured. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  // of Node.js 20
  '11': [
    '--interrupt-budget=6000',
    '--interrupt-budget-for-feedback-allocation=200',
    '--interrupt-budget-factor-for-feedback-allocation=2',
  ],
};

/**
 * Has code compiled after a tenth of the work that V8 waits for by itself: a node that has just started answers as fast as one that has
 * run for long. Does nothing where V8 has no such flags, which would be a line on stderr.
 *
 * See docs/decisions/0131-code-is-compiled-early.md.
 *
 * @param version - of V8
 */
export function compileEarly(
  version: string,
  set: (flag: string) => void = setFlagsFromString,
): void {
  const [major = ''] = version.split('.');
  for (const flag of FLAGS[major] ?? []) set(flag);
}
