import {
  ResourceStoreError,
  type Criterion,
  type ResourceStore,
  type Row,
} from '@receptorjs/controller-core';
import {
  differences,
  noted,
  type ActivityRecorder,
  type Actor,
} from '../activity/activity-recorder.js';
import { ApiError } from '../errors/api-error.js';
import { equals } from '../query/criteria.js';
import type { FieldErrors, Resource, Resources, Sublist } from '../resources/resource.js';
import type { SecretBox } from '../secrets/secret-box.js';
import type { ResourceHooks } from './resource-hooks.js';

/** Rows that are looked at behind one row. */
const MAX_BEHIND = 10_000;
const activeStates = ['new', 'pending', 'waiting', 'running'];

/** Makes, changes, removes and joins rows: rules, references and uniqueness are checked, and each change is noted, in one transaction. */
export class ResourceEditor {
  constructor(
    private readonly resources: Resources,
    private readonly store: ResourceStore,
    private readonly secrets: SecretBox,
    private readonly recorder: ActivityRecorder,
    private readonly hooks: Readonly<Record<string, ResourceHooks>> = {},
  ) {}

  /**
   * @param given validated against the schema of the resource
   * @throws {ApiError} 400
   */
  async create(resource: Resource, given: Row, actor: Actor): Promise<Row> {
    const row = await this.#transaction(resource, async (store) => {
      const context = { store, secrets: this.secrets };
      const values = { ...initialValues(resource), ...given };
      await this.#check(resource, given, values, undefined, store);
      const prepared = (await resource.prepare?.(values, context)) ?? values;
      const id = await store.insert(resource.path, {
        ...prepared,
        ...author(resource, actor, true),
      });
      // as they are stored: secrets are locked there
      const stored = Object.entries(prepared).filter(([name]) => given[name] !== undefined);
      const changes = noted(resource, Object.fromEntries(stored));
      await this.recorder.record(store, actor, { operation: 'create', resource, id, changes });
      return this.#get(store, resource, id);
    });
    const { created } = this.hooks[resource.path] ?? {};
    if (created === undefined) return row;
    await created(row, actor);
    return this.#get(this.store, resource, Number(row['id']));
  }

  /**
   * Changes a row. Changes of the same row come one after another, each of what the one before has left.
   *
   * @param change what is to be changed, or says so of the row as it is by then
   * @throws {ApiError} 400, 404
   */
  async change(
    resource: Resource,
    { id: rowId }: Row,
    change: Row | ((existing: Row) => Row),
    actor: Actor,
  ): Promise<Row> {
    const id = Number(rowId);
    let before: Row = {};
    const row = await this.#transaction(resource, async (store) => {
      const existing = await store.lock(resource.path, id);
      if (existing === undefined) throw ApiError.notFound();
      before = existing;
      const given = typeof change === 'function' ? change(existing) : change;
      const context = { store, secrets: this.secrets, existing };
      await this.#check(resource, given, { ...existing, ...given }, existing, store);
      const prepared = (await resource.prepare?.(given, context)) ?? given;
      const changes = differences(resource, existing, prepared);
      if (Object.keys(changes).length > 0) {
        const values = { ...prepared, ...author(resource, actor, false) };
        if (!(await store.update(resource.path, id, values))) throw ApiError.notFound();
        await this.recorder.record(store, actor, { operation: 'update', resource, id, changes });
      }
      return this.#get(store, resource, id);
    });
    const { changed } = this.hooks[resource.path] ?? {};
    if (changed === undefined) return row;
    await changed(before, row, actor);
    return this.#get(this.store, resource, id);
  }

  /** @throws {ApiError} 409 while something that is active needs the row */
  async remove(resource: Resource, existing: Row, actor: Actor): Promise<void> {
    const id = Number(existing['id']);
    await this.#transaction(resource, async (store) => {
      await this.#checkUnused(resource, id, store);
      if (!(await store.delete(resource.path, id))) throw ApiError.notFound();
      await this.#note(store, resource, existing, actor);
    });
    await this.hooks[resource.path]?.removed?.(existing);
  }

  /** Notes in a store that a row was removed there by its own ways. */
  noteRemoval(store: ResourceStore, resource: Resource, row: Row, actor: Actor): Promise<void> {
    return this.#note(store, resource, row, actor);
  }

  #note(store: ResourceStore, resource: Resource, existing: Row, actor: Actor): Promise<void> {
    const id = Number(existing['id']);
    const name = existing['name'] ?? existing['username'] ?? existing['hostname'];
    const changes = name === undefined ? {} : { name };
    return this.recorder.record(store, actor, { operation: 'delete', resource, id, changes });
  }

  /** Puts a row behind a relation of another, or takes it from there. @throws {ApiError} 400 */
  async join(
    resource: Resource,
    row: Row,
    { of, through = '', inherits = [] }: Sublist,
    otherId: number,
    isAttached: boolean,
    actor: Actor,
  ): Promise<void> {
    const id = Number(row['id']);
    const other = this.resources.get(of);
    if (other === undefined) throw ApiError.notFound();
    await this.#transaction(resource, async (store) => {
      const found = await store.get(of, otherId);
      if (found === undefined)
        throw ApiError.invalid({ id: [`Invalid pk "${otherId}" - object does not exist.`] });
      if (isAttached) {
        for (const name of inherits)
          if (found[name] !== row[name])
            throw ApiError.badRequest(
              `${other.label} is of another ${name} than ${resource.label}.`,
            );
        if (of === resource.path) await this.#checkNoCircle(resource, id, through, otherId, store);
        await store.link(resource.path, id, through, otherId);
      } else await store.unlink(resource.path, id, through, otherId);
      const operation = isAttached ? 'associate' : 'disassociate';
      const joined = { resource: other, id: otherId, relation: through };
      await this.recorder.record(store, actor, { operation, resource, id, other: joined });
    });
  }

  /** Nothing is behind itself, by however many others. */
  async #checkNoCircle(
    { path, label }: Resource,
    id: number,
    relation: string,
    otherId: number,
    store: ResourceStore,
  ): Promise<void> {
    if (otherId === id)
      throw ApiError.badRequest(`${label} can not be one of its own ${relation}.`);
    const seen = new Set([otherId]);
    // what is found is added, and looked behind in its turn
    for (const one of seen) {
      const criterion = { kind: 'linked', from: path, relation, id: one } as const;
      const rows = await store.list(path, { criterion, order: [], limit: MAX_BEHIND, offset: 0 });
      for (const row of rows) seen.add(Number(row['id']));
      if (seen.has(id))
        throw ApiError.badRequest(
          `${label} ${otherId} has ${label} ${id} among its ${relation}: that would be a circle.`,
        );
    }
  }

  async #get(store: ResourceStore, resource: Resource, id: number): Promise<Row> {
    const row = await store.get(resource.path, id);
    if (row === undefined) throw ApiError.notFound();
    return row;
  }

  async #check(
    resource: Resource,
    given: Row,
    values: Row,
    existing: Row | undefined,
    store: ResourceStore,
  ): Promise<void> {
    const errors: FieldErrors = {};
    for (const [name, value] of Object.entries(given)) {
      const field = resource.fields[name];
      if (typeof value === 'string' && value.includes('\0'))
        errors[name] = ['Null characters are not allowed.'];
      else if (field?.isFixed === true && existing !== undefined && existing[name] !== value)
        errors[name] = [`Cannot change ${name}.`];
      else if (field?.to !== undefined && typeof value === 'number') {
        if ((await store.get(field.to, value)) === undefined)
          errors[name] = [`Invalid pk "${value}" - object does not exist.`];
      }
    }
    if (Object.keys(errors).length > 0) throw ApiError.invalid(errors);
    const context = { store, secrets: this.secrets, existing };
    const checked = {
      ...this.hooks[resource.path]?.check?.(values),
      ...(await resource.check?.(existing ? given : values, context)),
    };
    if (Object.keys(checked).length > 0) throw ApiError.invalid(checked);
    await this.#checkUnique(resource, values, existing, store);
  }

  async #checkUnique(
    resource: Resource,
    values: Row,
    existing: Row | undefined,
    store: ResourceStore,
  ): Promise<void> {
    for (const names of resource.unique ?? []) {
      const same = names.map((field): Criterion => {
        const value = values[field];
        return typeof value === 'string' || typeof value === 'number'
          ? equals(field, value)
          : { kind: 'field', field, lookup: 'isnull', value: true };
      });
      const others = existing
        ? [{ kind: 'not', of: equals('id', Number(existing['id'])) } as const]
        : [];
      if ((await store.count(resource.path, { kind: 'all', of: [...same, ...others] })) > 0)
        throw duplicate(resource, names);
    }
  }

  async #checkUnused(resource: Resource, id: number, store: ResourceStore): Promise<void> {
    const active: { type: string; id: number }[] = [];
    for (const [path, field] of resource.usedBy ?? []) {
      const isActive = {
        kind: 'field',
        field: 'status',
        lookup: 'in',
        value: activeStates,
      } as const;
      const criterion: Criterion = { kind: 'all', of: [equals(field, id), isActive] };
      const rows = await store.list(path, { criterion, order: [], limit: 100, offset: 0 });
      const type = this.resources.get(path)?.type ?? path;
      active.push(...rows.map((row) => ({ type, id: Number(row['id']) })));
    }
    if (active.length === 0) return;
    const error = 'Resource is being used by running jobs.';
    throw ApiError.conflict({ error, active_jobs: active });
  }

  async #transaction<Result>(
    resource: Resource,
    work: (store: ResourceStore) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await this.store.transaction(work);
    } catch (error) {
      if (!(error instanceof ResourceStoreError)) throw error;
      // what was checked before has changed meanwhile
      if (error.code === 'unique') throw duplicate(resource, resource.unique?.[0] ?? ['name']);
      if (error.code === 'in-use')
        throw ApiError.conflict({ error: 'Resource is being used, or refers to what is gone.' });
      if (error.code !== 'not-allowed') throw error;
      throw ApiError.badRequest('A value is not allowed here.');
    }
  }
}

function duplicate({ label, fields }: Resource, names: readonly string[]): ApiError {
  const [first = '__all__', ...more] = names;
  const labels = names.map((name) => fields[name]?.label ?? name).join(' and ');
  const message = `${label} with this ${labels} already exists.`;
  return ApiError.invalid({ [more.length === 0 ? first : '__all__']: [message] });
}

function initialValues(resource: Resource): Row {
  return Object.fromEntries(
    Object.entries(resource.fields)
      .filter(
        ([, { isReadOnly, isStored, initial }]) => !isReadOnly && isStored && initial !== undefined,
      )
      .map(([name, { initial }]) => [name, initial]),
  );
}

/** What was made here has its authors, where the resource has people's names for its rows. */
function author({ fields, path }: Resource, { user }: Actor, isNew: boolean): Row {
  if (fields['description'] === undefined || path === 'tokens') return {};
  return { ...(isNew ? { created_by: user.id } : {}), modified_by: user.id };
}
