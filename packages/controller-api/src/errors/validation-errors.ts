import type { FastifyRequest } from 'fastify';
import type { TSchema } from '@sinclair/typebox';
import type { Field } from '../resources/fields.js';
import type { FieldErrors } from '../resources/resource.js';
import { ApiError } from './api-error.js';

/** What a validator says of one value. */
interface Problem {
  readonly keyword: string;
  readonly params: unknown;
  readonly instancePath: string;
  readonly message?: string | undefined;
}

type Fields = Readonly<Record<string, Field>>;

/**
 * What validation of a request has found, in the words that clients know.
 *
 * @throws {ApiError} 400, or 404 for an address, if it has found something
 */
export function checkValidation(request: FastifyRequest, fields: Fields): void {
  const found = request.validationError;
  if (!found) return;
  if (found.validationContext === 'params') throw ApiError.notFound();
  throw ApiError.invalid(
    fieldErrors((found.validation ?? []) as readonly Problem[], fields, request.body),
  );
}

/**
 * Validates what was put together after the request was validated.
 *
 * @throws {ApiError} 400
 */
export function checkValues(
  request: FastifyRequest,
  schema: TSchema,
  fields: Fields,
  values: unknown,
): void {
  const validate = request.compileValidationSchema(schema);
  if (validate(values)) return;
  throw ApiError.invalid(fieldErrors((validate.errors ?? []) as Problem[], fields, values));
}

function fieldErrors(problems: readonly Problem[], fields: Fields, body: unknown): FieldErrors {
  const errors: FieldErrors = {};
  for (const problem of problems) {
    const [name, message] = messageOf(problem, fields, body);
    errors[name] ??= [message];
  }
  return errors;
}

function messageOf(problem: Problem, fields: Fields, body: unknown): [string, string] {
  const { keyword, instancePath, message = 'Invalid.' } = problem;
  const params = problem.params as Readonly<Record<string, unknown>>;
  if (keyword === 'required') return [String(params['missingProperty']), 'This field is required.'];
  const name = instancePath.split('/')[1] ?? '';
  if (name === '') {
    const given = Array.isArray(body) ? 'list' : body === null ? 'null' : typeof body;
    return ['__all__', `Invalid data. Expected a dictionary, but got ${given}.`];
  }
  const field = fields[name];
  const value = (body as Readonly<Record<string, unknown>>)[name];
  return [name, field === undefined ? message : fieldMessage(field, value, keyword, params)];
}

function fieldMessage(
  field: Field,
  value: unknown,
  keyword: string,
  params: Readonly<Record<string, unknown>>,
): string {
  if (value === null) return 'This field may not be null.';
  const limit = String(params['limit']);
  switch (keyword) {
    case 'minLength':
      return 'This field may not be blank.';
    case 'maxLength':
      return `Ensure this field has no more than ${limit} characters.`;
    case 'minimum':
      return `Ensure this value is greater than or equal to ${limit}.`;
    case 'maximum':
      return `Ensure this value is less than or equal to ${limit}.`;
    default:
      return typeMessage(field, value);
  }
}

function typeMessage({ type }: Field, value: unknown): string {
  switch (type) {
    case 'choice':
      return `"${String(value).slice(0, 100)}" is not a valid choice.`;
    case 'boolean':
      return 'Must be a valid boolean.';
    case 'integer':
      return 'A valid integer is required.';
    case 'decimal':
    case 'float':
      return 'A valid number is required.';
    case 'id':
      return `Incorrect type. Expected pk value, received ${typeof value}.`;
    case 'json':
    case 'object':
      return 'Value must be valid JSON: an object.';
    case 'list':
      return 'Expected a list of items.';
    default:
      return 'Not a valid string.';
  }
}
