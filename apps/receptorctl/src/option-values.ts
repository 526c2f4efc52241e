import { stateName, UnitState } from '@receptorjs/control-protocol';
import { InvalidArgumentError } from 'commander';

/** The option `--tls-client` behind a verb; the one before the verb is another. */
export const ofNode =
  'tls-client of the node spoken to, for its stream to the other node; where that wants TLS, default is the one its configuration names, or has';

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** @throws {InvalidArgumentError} */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  }
  return value;
}

/** @throws {InvalidArgumentError} */
export function position(text: string): bigint {
  if (/^\d{1,19}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('It must be a byte from 0 on.');
}

/** @throws {InvalidArgumentError} */
export function notNegative(text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new InvalidArgumentError('It must be a number of seconds from 0 on.');
  return value;
}

/** @throws {InvalidArgumentError} */
export function atLeastTenth(text: string): number {
  const value = Number(text);
  if (value >= 0.1 && value <= 3600) return value;
  throw new InvalidArgumentError('It must be a number of seconds from 0.1 to 3600.');
}

/** @throws {Error} */
export function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--timeout must be a number of seconds, not ${text}`);
  return value;
}

/** Milliseconds of the units an age is given in. */
const ageUnits: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Milliseconds of an age such as `2d` or `1d12h`.
 *
 * @throws {InvalidArgumentError}
 */
export function age(text: string): number {
  const parts = [...text.matchAll(/(\d{1,9}(?:\.\d{1,3})?)([smhdw])/g)];
  if (parts.length > 0 && parts.map(([part]) => part).join('') === text)
    return parts.reduce(
      (sum, [, number, unit = '']) => sum + Number(number) * (ageUnits[unit] ?? 0),
      0,
    );
  throw new InvalidArgumentError('It must be a time such as 90s, 30m, 12h, 2d, 1w or 1d12h.');
}

const stateNames = Object.values(UnitState).map(stateName);

/**
 * Collects names of states, in any case, one or several with commas between.
 *
 * @throws {InvalidArgumentError}
 */
export function states(text: string, before: readonly string[] = []): string[] {
  const named = text.split(',').map((word) => {
    const state = stateNames.find((name) => name.toLowerCase() === word.trim().toLowerCase());
    if (state !== undefined) return state;
    throw new InvalidArgumentError(`It must be of ${stateNames.join(', ')}.`);
  });
  return [...before, ...named];
}
