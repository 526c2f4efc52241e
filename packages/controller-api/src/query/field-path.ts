import { lookups, type Lookup } from '@receptorjs/controller-core';
import { ApiError } from '../errors/api-error.js';
import type { Field } from '../resources/fields.js';
import type { Resource, Resources } from '../resources/resource.js';

const MAX_STEPS = 6;
const known: ReadonlySet<string> = new Set(lookups);

/** Where a key of a query leads: over relations to a field or, with `search`, to a resource. */
export interface FieldPath {
  readonly relations: readonly string[];
  readonly resource: Resource;
  /** Absent for `search`. */
  readonly name?: string | undefined;
  readonly field?: Field | undefined;
  readonly lookup: Lookup | 'search';
}

/** The resource behind a relation of another. */
export function relatedResource(
  resource: Resource,
  relation: string,
  resources: Resources,
): Resource | undefined {
  const to = resource.relations?.[relation] ?? resource.fields[relation]?.to;
  return to === undefined ? undefined : resources.get(to);
}

/**
 * Reads a key such as `inventory__organization__name__icontains`.
 *
 * @throws {ApiError} 400 for a step that leads nowhere
 */
export function fieldPath(key: string, start: Resource, resources: Resources): FieldPath {
  const steps = key.split('__');
  if (steps.length > MAX_STEPS)
    throw ApiError.badRequest(`${key}: at most ${MAX_STEPS} steps are allowed`);
  const relations: string[] = [];
  let resource = start;
  for (const [at, step] of steps.entries()) {
    const next = steps[at + 1];
    if (step === 'search' && next === undefined) return { relations, resource, lookup: 'search' };
    const isEnd = next === undefined || (at === steps.length - 2 && known.has(next));
    const lookup = isEnd && next !== undefined ? (next as Lookup) : 'exact';
    const name = step === 'pk' ? 'id' : step;
    const field = ownField(resource, name);
    if (field !== undefined && isEnd) return { relations, resource, name, field, lookup };
    const related = relatedResource(resource, name, resources);
    if (related === undefined) throw unknownField(resource, step, key);
    relations.push(name);
    resource = related;
    // a relation alone, or with a lookup, is compared by the ids behind it
    if (isEnd) return { relations, resource, name: 'id', field: resource.fields['id'], lookup };
  }
  throw unknownField(start, key, key);
}

function ownField(resource: Resource, name: string): Field | undefined {
  const field = Object.hasOwn(resource.fields, name) ? resource.fields[name] : undefined;
  return field?.isStored === true &&
    field.isFilterable &&
    field.type !== 'json' &&
    field.type !== 'object' &&
    field.type !== 'list'
    ? field
    : undefined;
}

const unknownField = (resource: Resource, step: string, key: string): ApiError =>
  ApiError.badRequest(
    step === key
      ? `${resource.label} has no field named '${step}'`
      : `${resource.label} has no field named '${step}' (in '${key}')`,
  );
