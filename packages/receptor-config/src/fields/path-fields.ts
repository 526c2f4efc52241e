import { field, FieldError } from './field.js';
import type { Field, FieldOptions, Value } from './field.js';
import { readText, textSchema } from './fields.js';

/** Bytes of the longest path of a Unix socket on Linux; elsewhere it may be less. */
const MAX_SOCKET_PATH = 107;

/** The path of a Unix socket; empty is none. A longer one would be cut by the system, and lead to another file. */
export const socketPath = <const O extends FieldOptions<string>>(
  options: O,
): Field<Value<string, O>> =>
  field<string, O>(
    {
      allowed: `a path of at most ${MAX_SOCKET_PATH} bytes`,
      read: (value) => {
        const path = readText(value);
        const length = Buffer.byteLength(path);
        if (length > MAX_SOCKET_PATH) {
          throw new FieldError(`${path} has ${length} bytes, more than a Unix socket can have`);
        }
        if (path.includes('\0')) throw new FieldError('must not hold NUL');
        return path;
      },
      schema: textSchema,
    },
    options,
  );

/** The name of a network interface; empty is none. */
export const interfaceName = <const O extends FieldOptions<string>>(
  options: O,
): Field<Value<string, O>> =>
  field<string, O>(
    {
      allowed: 'a name of at most 15 bytes without spaces and / : %',
      read: (value) => {
        const name = readText(value);
        if (Buffer.byteLength(name) > 15 || /[\s/:%\0]/.test(name) || /^\.{1,2}$/.test(name)) {
          throw new FieldError(`${name} is no name of an interface`);
        }
        return name;
      },
      schema: textSchema,
    },
    options,
  );
