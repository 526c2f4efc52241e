import { shownAddress, type ResourceStore, type Row } from '@receptorjs/controller-core';
import type { CurrentUser } from '../permissions/roles.js';
import { shownInputs } from '../resources/credential-inputs.js';
import type { Resource } from '../resources/resource.js';

/** Who changes something, and from where. */
export interface Actor {
  readonly user: CurrentUser;
  readonly remoteAddress: string;
}

/** What was done to what. */
export interface Activity {
  readonly operation: 'create' | 'update' | 'delete' | 'associate' | 'disassociate';
  readonly resource: Resource;
  readonly id: number;
  readonly other?: { readonly resource: Resource; readonly id: number; readonly relation: string };
  readonly changes?: Readonly<Record<string, unknown>>;
}

/** Notes every change in the store that it is made in, so that none is without its note. */
export class ActivityRecorder {
  /** @param node the controller that the change came by */
  constructor(private readonly node: string) {}

  async record(
    store: ResourceStore,
    { user, remoteAddress }: Actor,
    { operation, resource, id, other, changes = {} }: Activity,
  ): Promise<void> {
    await store.insert('activity_stream', {
      actor: user.id,
      actor_username: user.username,
      action_node: this.node,
      remote_address: remoteAddress,
      operation,
      object1: resource.type,
      object1_id: id,
      object2: other?.resource.type ?? '',
      object2_id: other?.id ?? null,
      object_relationship_type: other?.relation ?? '',
      changes,
    });
  }
}

/** Values as they are noted: no secret among them. */
export function noted(resource: Resource, values: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const field = resource.fields[name];
      if (field === undefined || field.isWriteOnly) return [name, 'hidden'];
      // an address may have a password in it
      if (name === 'scm_url' && typeof value === 'string') return [name, shownAddress(value)];
      return [
        name,
        resource.path === 'credentials' && name === 'inputs' ? shownInputs(value) : value,
      ];
    }),
  );
}

/** What a change changes, each field with its value before and after. */
export function differences(
  resource: Resource,
  before: Row,
  after: Row,
): Record<string, readonly [unknown, unknown]> {
  const [old, now] = [noted(resource, before), noted(resource, after)];
  return Object.fromEntries(
    Object.entries(now)
      .filter(
        // what is hidden looks the same before and after
        ([name, value]) =>
          JSON.stringify(after[name]) !== JSON.stringify(before[name] ?? null) ||
          value === 'hidden',
      )
      .map(([name, value]) => [name, [old[name] ?? null, value]]),
  );
}
