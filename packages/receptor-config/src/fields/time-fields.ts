import { alone, field, FieldError } from './field.js';
import type { Field, FieldOptions, Value } from './field.js';
import { readText } from './fields.js';

const durationUnits: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const part = '(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)';

/**
 * A span of time as Go writes it (`21s`, `1m30s`, `1.5h`), read as milliseconds.
 *
 * @param options `name` and `nameWhenShort`: what the original calls the field in its sentences
 */
export function duration<const O extends FieldOptions<number>>(
  options: O,
  { minMs, name, nameWhenShort = name }: { minMs: number; name: string; nameWhenShort?: string },
): Field<Value<number, O>> {
  return field<number, O>(
    {
      allowed: 'a duration such as 30s or 1m30s',
      read: (value) => {
        const source = readText(value);
        const parts = [...source.matchAll(new RegExp(part, 'g'))];
        if (parts.length === 0 || parts.map((found) => found[0]).join('') !== source) {
          throw alone(`failed to parse ${name} -- valid examples include '1.5h', '30m', '30m10s'`);
        }
        const ms = parts.reduce(
          (sum, [, amount, unit]) => sum + Number(amount) * (durationUnits[unit ?? ''] ?? 0),
          0,
        );
        if (ms < minMs) {
          throw alone(
            `user defined ${nameWhenShort} [${ms * 1e6}] is less than the default default timeout [${minMs * 1e6}]`,
          );
        }
        return ms;
      },
      schema: { type: 'string', pattern: `^(?:${part})+$` },
    },
    options,
  );
}

const stamp = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** Date alone would roll 31 February over to March. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** A date and time of RFC 3339, such as `2030-01-31T12:00:00Z`. */
export const timestamp = <const O extends FieldOptions<Date>>(options: O): Field<Value<Date, O>> =>
  field<Date, O>(
    {
      allowed: 'a date and time of RFC 3339 such as 2030-01-31T12:00:00Z',
      read: (value) => {
        const source = readText(value);
        const date = new Date(source);
        if (!stamp.test(source) || Number.isNaN(date.getTime()) || !isDay(source.slice(0, 10))) {
          throw new FieldError('is not a date and time');
        }
        return date;
      },
      schema: { type: 'string', pattern: stamp.source },
    },
    options,
  );
