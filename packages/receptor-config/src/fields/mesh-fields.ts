import {
  checkOwnNodeId,
  checkServiceName,
  RESERVED_SERVICES,
} from '@receptorjs/netceptor/internal';
import { field, FieldError, asFieldError } from './field.js';
import type { Field, FieldOptions, Value } from './field.js';
import { readText, textSchema } from './fields.js';

/** The name of a service on the mesh. */
export const serviceName = <const O extends FieldOptions<string>>(
  options: O,
  {
    mayBeReserved = false,
    mayBeNone = false,
  }: {
    /** Also a service that every node has, for those that connect to it. */
    mayBeReserved?: boolean;
    /** Empty is none. */
    mayBeNone?: boolean;
  } = {},
): Field<Value<string, O>> =>
  field<string, O>(
    {
      allowed: `a name of 1 to 8 bytes${mayBeReserved ? '' : `, not ${[...RESERVED_SERVICES].join(' or ')}`}`,
      read: (value) => {
        const name = readText(value);
        // an empty name of a required field is reported as missing
        if (name === '' && (mayBeNone || options.required)) return name;
        asFieldError(() => checkServiceName(name));
        if (!mayBeReserved && RESERVED_SERVICES.has(name)) {
          throw new FieldError(`service ${name} is already listening`);
        }
        return name;
      },
      schema: textSchema,
    },
    options,
  );

/** The ID of this node; empty is none. `localhost` is verified with the whole configuration. */
export const ownNodeId = <const O extends FieldOptions<string>>(
  options: O,
): Field<Value<string, O>> =>
  field<string, O>(
    {
      allowed: 'text of at most 1024 bytes',
      read: (value) => {
        const id = readText(value);
        if (id !== '' && id.toLowerCase() !== 'localhost') asFieldError(() => checkOwnNodeId(id));
        return id;
      },
      schema: textSchema,
    },
    options,
  );
