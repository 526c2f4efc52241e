/** What a value has to be. */
export interface Check {
  /** What it takes, in words that follow "takes": `text`, `a whole number of at least 0`. */
  readonly takes: string;
  /** The value may be left out. */
  readonly optional?: true;
  /** Says what is wrong with a part of the value or with the whole (an empty path); nothing when it is right. */
  readonly problem: (value: unknown) => Problem | undefined;
}

/** Where in a value something is wrong, and what that place takes. */
export interface Problem {
  /** Such as `[2]` or `.key`; empty for the value itself. */
  readonly path: string;
  readonly takes: string;
  readonly got: unknown;
}

/** One check for each option of an interface; the compiler says which is missing. */
export type OptionChecks<T> = { readonly [K in keyof Required<T>]: Check };

function check(takes: string, accepts: (value: unknown) => boolean): Check {
  return {
    takes,
    problem: (value) => (accepts(value) ? undefined : { path: '', takes, got: value }),
  };
}

export const anything: Check = check('anything', () => true);
export const text: Check = check('text', (value) => typeof value === 'string');
export const flag: Check = check('true or false', (value) => typeof value === 'boolean');
export const callback: Check = check('a function', (value) => typeof value === 'function');
/** Any number, NaN and infinities too: what range it must be in is for the package to say. */
export const number: Check = check('a number', (value) => typeof value === 'number');
export const count: Check = check(
  'a whole number of at least 0',
  (value) => Number.isInteger(value) && (value as number) >= 0,
);
export const bigint: Check = check('a bigint', (value) => typeof value === 'bigint');
export const textOrNumber: Check = either(text, number);
/** Anything with properties but a list; for what is made by a class as well. */
export const object: Check = check(
  'an object',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
/** An object that is only keys and values, as an object literal or parsed JSON is. */
export const mapping: Check = check('a mapping', isMapping);
export const bytes: Check = check('bytes (Buffer or Uint8Array)', (v) => v instanceof Uint8Array);
export const abortSignal: Check = instanceOf(AbortSignal);
/** What takes the lines of a log, by level. */
export const logger: Check = withMethods('a log', 'error', 'warning', 'info', 'debug');

/** The same, and it may be left out. */
export function optional(of: Check): Check {
  return { ...of, optional: true };
}

/** One of a few texts. */
export function oneOf(...values: readonly string[]): Check {
  const takes = `one of ${values.map((value) => `'${value}'`).join(', ')}`;
  return check(takes, (value) => typeof value === 'string' && values.includes(value));
}

/** What any of the checks takes. What is wrong inside of a list or mapping is said only where one of them takes such. */
export function either(...checks: readonly Check[]): Check {
  const takes = checks.map((each) => each.takes).join(', or ');
  return {
    takes,
    problem(value) {
      const problems: Problem[] = [];
      for (const each of checks) {
        const problem = each.problem(value);
        if (problem === undefined) return undefined;
        problems.push(problem);
      }
      return problems.find(({ path }) => path !== '') ?? { path: '', takes, got: value };
    },
  };
}

/** A list, each element of which is checked. */
export function arrayOf(element: Check): Check {
  const takes = `a list, each element ${element.takes}`;
  return {
    takes,
    problem(value) {
      if (!Array.isArray(value)) return { path: '', takes, got: value };
      for (const [index, each] of value.entries()) {
        const problem = element.problem(each);
        if (problem !== undefined) return { ...problem, path: `[${index}]${problem.path}` };
      }
      return undefined;
    },
  };
}

/** A mapping, each value of which is checked. */
export function mappingOf(element: Check): Check {
  const takes = `a mapping, each value ${element.takes}`;
  return {
    takes,
    problem(value) {
      if (!isMapping(value)) return { path: '', takes, got: value };
      for (const [key, each] of Object.entries(value)) {
        const problem = element.problem(each);
        if (problem !== undefined) return { ...problem, path: `.${key}${problem.path}` };
      }
      return undefined;
    },
  };
}

/** An instance of a class of the platform, such as `AbortSignal`. For classes of packages see {@link withMethods}. */
export function instanceOf(constructor: new (...args: never) => unknown): Check {
  return check(`an instance of ${constructor.name}`, (value) => value instanceof constructor);
}

/**
 * An object with these methods: what an interface says, also where the object comes of another copy of the package that
 * defines its class.
 */
export function withMethods(what: string, ...methods: readonly string[]): Check {
  return check(`${what} (an object with ${methods.join(', ')})`, (value) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
    return methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
  });
}

function isMapping(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // an object of another realm (a vm context, a worker's transfer) has an Object of its own
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
