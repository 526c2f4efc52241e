import { DomainError } from './domain-error.js';

/** A host of an inventory; its variables are read already. */
export interface InventoryHost {
  readonly id: number;
  readonly name: string;
  readonly enabled: boolean;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A group of an inventory. */
export interface InventoryGroup {
  readonly id: number;
  readonly name: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Ids of its hosts, and of the groups in it. */
  readonly hosts: readonly number[];
  readonly children: readonly number[];
}

/** What a script of inventory prints with `--list`. */
export type InventoryScript = Readonly<Record<string, unknown>>;

/** Which part of the hosts a slice of a job has. */
export interface Slice {
  /** From 1 on. */
  readonly number: number;
  readonly count: number;
}

/**
 * An inventory as Ansible reads it, with what AWX adds to each host: its id, and that it is enabled. Hosts that are disabled are not in it. A slice has each n-th
 * of the hosts in the order of their names.
 *
 * @throws {DomainError} `out-of-range` for a slice that there is not
 */
export function inventoryScript(
  inventory: {
    readonly variables: Readonly<Record<string, unknown>>;
    readonly hosts: readonly InventoryHost[];
    readonly groups: readonly InventoryGroup[];
  },
  slice: Slice = { number: 1, count: 1 },
): InventoryScript {
  if (slice.number < 1 || slice.number > slice.count) {
    throw new DomainError(
      'out-of-range',
      `slice ${slice.number} of ${slice.count}; allowed is 1 to ${slice.count}`,
    );
  }
  const hosts = [...inventory.hosts]
    .filter(({ enabled }) => enabled)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .filter((_, at) => at % slice.count === slice.number - 1);
  const names = new Map(hosts.map(({ id, name }) => [id, name]));
  const groupNames = new Map(inventory.groups.map(({ id, name }) => [id, name]));
  const grouped = new Set(inventory.groups.flatMap((group) => group.hosts));
  const children = new Set(inventory.groups.flatMap((group) => group.children));
  const groups = inventory.groups.map((group): readonly [string, unknown] => [
    group.name,
    {
      hosts: named(names, group.hosts),
      children: named(groupNames, group.children),
      vars: group.variables,
    },
  ]);
  return {
    ...Object.fromEntries<unknown>(groups),
    all: {
      hosts: hosts.filter(({ id }) => !grouped.has(id)).map(({ name }) => name),
      children: inventory.groups.filter(({ id }) => !children.has(id)).map(({ name }) => name),
      vars: inventory.variables,
    },
    _meta: {
      hostvars: Object.fromEntries(
        hosts.map(({ id, name, enabled, variables }) => [
          name,
          {
            ...variables,
            remote_tower_enabled: String(enabled),
            remote_tower_id: id,
            remote_host_enabled: String(enabled),
            remote_host_id: id,
          },
        ]),
      ),
    },
  };
}

const named = (names: ReadonlyMap<number, string>, ids: readonly number[]): readonly string[] =>
  ids.flatMap((id) => names.get(id) ?? []);
