import type { Criterion, OrderKey } from '@receptorjs/controller-core';
import { ApiError } from '../errors/api-error.js';
import type { Resource, Resources } from '../resources/resource.js';
import { comparandOf } from './comparand.js';
import { allOf, behind } from './criteria.js';
import { fieldPath, type FieldPath } from './field-path.js';

export const DEFAULT_PAGE_SIZE = 25;
export const MAX_PAGE_SIZE = 200;
const MAX_FILTERS = 50;
const MAX_OFFSET = 2_147_483_647;

/** Keys that are no filters, whatever the resource. */
const reserved = new Set([
  'page',
  'page_size',
  'format',
  'order',
  'order_by',
  'search',
  'type',
  'host_filter',
  'count_disabled',
  'no_truncate',
  'limit',
  'validate',
]);

/** What a client asks of a list. */
export interface ListQuery {
  readonly criterion: Criterion;
  readonly order: readonly OrderKey[];
  /** From 1 on. */
  readonly page: number;
  readonly pageSize: number;
  /** Whether only `results` are wanted. */
  readonly isCountDisabled: boolean;
}

/**
 * Reads the query of a list: AWX's filters, order and page.
 *
 * @throws {ApiError} 400 for what is no field, lookup or value, 404 for a page that can't be
 */
export function listQuery(
  parameters: URLSearchParams,
  resource: Resource,
  resources: Resources,
): ListQuery {
  return {
    criterion: filters(parameters, resource, resources),
    order: orderOf(parameters, resource, resources),
    ...pageOf(parameters),
    isCountDisabled: parameters.has('count_disabled'),
  };
}

function filters(parameters: URLSearchParams, resource: Resource, resources: Resources): Criterion {
  const all: Criterion[] = [];
  const chained: Criterion[] = [];
  const any: Criterion[] = [];
  let count = 0;
  for (const [given, text] of parameters) {
    if (reserved.has(given)) continue;
    if (++count > MAX_FILTERS)
      throw ApiError.badRequest(`at most ${MAX_FILTERS} filters are allowed`);
    const { key, prefixes } = withoutPrefixes(given);
    const criterion = one(given, fieldPath(key, resource, resources), text);
    const wanted: Criterion = prefixes.has('not') ? { kind: 'not', of: criterion } : criterion;
    (prefixes.has('or') ? any : prefixes.has('chain') ? chained : all).push(wanted);
  }
  for (const text of parameters.getAll('search'))
    all.push(found(text, { relations: [], resource, lookup: 'search' }));
  for (const text of parameters.getAll('type')) all.push(ofType(text, resource));
  const parts = [...chained, ...(any.length > 0 ? [{ kind: 'any', of: any } as const] : [])];
  return parts.length === 0 ? allOf(all) : { kind: 'all', of: [allOf(all), ...parts] };
}

function withoutPrefixes(given: string): { key: string; prefixes: ReadonlySet<string> } {
  const prefixes = new Set<string>();
  let key = given;
  for (;;) {
    const prefix = /^(not|or|chain)__/.exec(key)?.[1];
    if (prefix === undefined) break;
    prefixes.add(prefix);
    key = key.slice(prefix.length + 2);
  }
  return { key: key.endsWith('__int') ? key.slice(0, -'__int'.length) : key, prefixes };
}

function one(given: string, path: FieldPath, text: string): Criterion {
  const { relations, name, field, lookup } = path;
  if (lookup === 'search' || name === undefined || field === undefined) return found(text, path);
  const comparison = comparandOf(given, field, lookup, text);
  return behind(relations, { kind: 'field', field: name, ...comparison });
}

/** Rows in which each of the words is found, in whichever field. */
function found(text: string, { relations, resource }: FieldPath): Criterion {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length > MAX_FILTERS)
    throw ApiError.badRequest(`search: at most ${MAX_FILTERS} words are allowed`);
  if (text.includes('\0')) throw ApiError.badRequest('search: a null character is not allowed');
  const each = words.map((value): Criterion => {
    const of = resource.search.map((field): Criterion => ({
      kind: 'field',
      field,
      lookup: 'icontains',
      value,
    }));
    return { kind: 'any', of };
  });
  return behind(relations, { kind: 'all', of: each });
}

/** Rows of one of some types; what has one type alone has all of its rows or none. */
function ofType(text: string, resource: Resource): Criterion {
  const types = text.split(',');
  if (resource.fields['type']?.isStored)
    return { kind: 'field', field: 'type', lookup: 'in', value: types };
  return { kind: types.includes(resource.type) ? 'all' : 'any', of: [] };
}

function orderOf(
  parameters: URLSearchParams,
  resource: Resource,
  resources: Resources,
): OrderKey[] {
  const text = parameters.get('order_by') ?? parameters.get('order') ?? resource.order ?? 'id';
  const keys = text
    .split(',')
    .filter((key) => key !== '')
    .map((key): OrderKey => {
      const isDescending = key.startsWith('-');
      const path = fieldPath(isDescending ? key.slice(1) : key, resource, resources);
      if (path.name === undefined || path.lookup !== 'exact')
        throw ApiError.badRequest(`${key}: rows can't be ordered by that`);
      // over relations to many there is no one row to order by
      let at = resource;
      for (const relation of path.relations) {
        const to = at.fields[relation]?.to;
        const next = to === undefined ? undefined : resources.get(to);
        if (next === undefined) throw ApiError.badRequest(`${key}: rows can't be ordered by that`);
        at = next;
      }
      return { path: [...path.relations, path.name], isDescending };
    });
  if (keys.length > MAX_FILTERS)
    throw ApiError.badRequest(`order_by: at most ${MAX_FILTERS} fields are allowed`);
  const isComplete = keys.some(({ path }) => path.length === 1 && path[0] === 'id');
  return isComplete ? keys : [...keys, { path: ['id'], isDescending: false }];
}

function pageOf(parameters: URLSearchParams): { page: number; pageSize: number } {
  const size = Number(parameters.get('page_size') ?? DEFAULT_PAGE_SIZE);
  const pageSize =
    Number.isInteger(size) && size > 0 ? Math.min(size, MAX_PAGE_SIZE) : DEFAULT_PAGE_SIZE;
  const page = Number(parameters.get('page') ?? 1);
  if (!Number.isInteger(page) || page < 1 || page * pageSize > MAX_OFFSET)
    throw ApiError.notFound('Invalid page.');
  return { page, pageSize };
}
