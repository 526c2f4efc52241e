/** Raised by a field's reader; the parser puts action, field and place around its text. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  /** Whether the text is a sentence of the original's that stands alone there: then action, field and place come behind it. */
  readonly alone: boolean;

  constructor(message: string, options: { cause?: unknown; alone?: boolean } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.alone = options.alone ?? false;
  }
}

/** A mistake in the original's own sentence. */
export const alone = (message: string): FieldError => new FieldError(message, { alone: true });

/** Hands on what another package says of a value, by an error with a code, as the mistake of a field. */
export function asFieldError<T>(check: () => T, options: { alone?: boolean } = {}): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new FieldError(error.message, { ...options, cause: error });
  }
}

/** A JSON Schema (draft 2020-12) of one value. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The kinds of TLS configuration that a field can name. */
export type TlsKind = 'tls-server' | 'tls-client';

/**
 * One field of an action: how a value from YAML or from the command line becomes a typed one.
 * The rules of conversion are those of the original.
 */
export interface Field<T> {
  /** What is allowed, as it stands in error messages and in the help text. */
  readonly allowed: string;
  /** All values worth proposing, where they are few. */
  readonly words: readonly string[];
  /** One line for the help text. */
  readonly help: string;
  /** The field that takes a value written without a key, as in `--tcp-listener 2222`. */
  readonly bare: boolean;
  readonly required: boolean;
  /** A required field that may be set to nothing, as `cert: ""`. */
  readonly mayBeEmpty: boolean;
  /** The value of a field that was not set. */
  readonly fallback: T | undefined;
  /** How the fallback is written in help text and schema, when it is not its JSON. */
  readonly fallbackText: string | undefined;
  /** The field holds the name of such a configuration; an empty name is none. */
  readonly refersTo: TlsKind | undefined;
  /** What an editor may let pass: never less than {@link read} takes. */
  readonly schema: JsonSchema;
  /** @throws {FieldError} when the value does not fit */
  read(value: unknown): T;
}

/** What can be said of a field besides its type. */
export interface FieldOptions<T> {
  help: string;
  bare?: boolean;
  required?: boolean;
  mayBeEmpty?: boolean;
  fallback?: T;
  fallbackText?: string;
  refersTo?: TlsKind;
}

/** The type of a field's value: it may be undefined only when the field is optional without a default. */
export type Value<T, O> = O extends { fallback: T } | { required: true } ? T : T | undefined;

/** Turns a value as written into a typed one; throws {@link FieldError} when it does not fit. */
export type Reader<T> = (value: unknown) => T;

/** Makes a field of what its type brings and what its action says of it. */
export function field<T, O extends FieldOptions<T>>(
  type: { allowed: string; read: Reader<T>; schema: JsonSchema; words?: readonly string[] },
  options: O,
): Field<Value<T, O>> {
  const made: Field<T> = {
    ...type,
    words: type.words ?? [],
    help: options.help,
    bare: options.bare ?? false,
    required: options.required ?? false,
    mayBeEmpty: options.mayBeEmpty ?? false,
    fallback: options.fallback,
    fallbackText: options.fallbackText,
    refersTo: options.refersTo,
  };
  return made;
}
