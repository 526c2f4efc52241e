import type { Check, OptionChecks, Problem } from './checks.js';
import { nearestName } from './nearest-name.js';

/** What is thrown when the package that checks has no error of its own for it. */
export class InvalidArgumentError extends TypeError {
  readonly code = 'invalid-argument';
  override readonly name = 'InvalidArgumentError';
}

/** Makes the error that is thrown. */
export type MakeError = (message: string) => Error;

const invalidArgument: MakeError = (message) => new InvalidArgumentError(message);

/**
 * Checks an object of options: that it is one, that every option is of its kind, and that there are no others. An option that
 * is `undefined` counts as left out.
 *
 * @param where the function, as the caller wrote it: `run`, `new MeshNode`, `node.dial`
 * @throws what `makeError` makes, {@link InvalidArgumentError} by default, for the first mistake
 */
export function validateOptions<T extends object>(
  where: string,
  options: unknown,
  checks: OptionChecks<T>,
  makeError: MakeError = invalidArgument,
): asserts options is T {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw makeError(`${where} takes an object of options, not ${kindOf(options)}`);
  }
  const given = options as Readonly<Record<string, unknown>>;
  const known = Object.entries<Check>(checks);
  // an option of the wrong name before what is missing because of it
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(checks, name) || given[name] === undefined) continue;
    throw makeError(`${where}: ${unknownOption(name, Object.keys(checks))}`);
  }
  for (const [name, check] of known) {
    const value = given[name];
    if (value === undefined) {
      if (check.optional) continue;
      throw makeError(`${where}: option '${name}' is missing; it takes ${check.takes}`);
    }
    const problem = check.problem(value);
    if (problem !== undefined)
      throw makeError(`${where}: ${problemText(`option '${name}`, problem)}`);
  }
}

/**
 * Checks one argument.
 *
 * @param where the function, as the caller wrote it
 * @param name the argument's name in its documentation
 * @throws what `makeError` makes, {@link InvalidArgumentError} by default
 */
export function validateArgument(
  where: string,
  name: string,
  value: unknown,
  check: Check,
  makeError: MakeError = invalidArgument,
): void {
  if (value === undefined && check.optional) return;
  const problem = check.problem(value);
  if (problem !== undefined)
    throw makeError(`${where}: ${problemText(`argument '${name}`, problem)}`);
}

function problemText(start: string, { path, takes, got }: Problem): string {
  return `${start}${path}' takes ${takes}, not ${kindOf(got)}`;
}

function unknownOption(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const hint =
    nearest === undefined ? `it takes ${known.join(', ')}` : `did you mean '${nearest}'?`;
  return `there is no option '${name}'; ${hint}`;
}

/** What a value is, without showing it. */
function kindOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty text' : 'text';
    case 'number':
      return kindOfNumber(value);
    case 'bigint':
      return 'a bigint';
    case 'boolean':
      return String(value);
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'undefined':
      return 'undefined';
    case 'object':
      break;
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
  const name = prototype?.constructor?.name;
  return typeof name === 'string' && name !== '' && name !== 'Object'
    ? `an instance of ${name}`
    : 'a mapping';
}

/** What a number is, as far as checks tell numbers apart. */
function kindOfNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return 'an infinite number';
  if (!Number.isInteger(value)) return 'a fraction';
  return value < 0 ? 'a negative number' : 'a number';
}
