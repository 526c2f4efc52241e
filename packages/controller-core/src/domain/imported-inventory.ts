/** What is read of the output of `ansible-inventory --list --export`. */
export interface ImportedInventory {
  /** Variables of the group `all`. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly hosts: readonly ImportedHost[];
  readonly groups: readonly ImportedGroup[];
}

export interface ImportedHost {
  readonly name: string;
  /** Nothing where the source does not say. */
  readonly enabled: boolean | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface ImportedGroup {
  readonly name: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Names. */
  readonly hosts: readonly string[];
  readonly children: readonly string[];
}

/** Which hosts are taken, and which of them are enabled. */
export interface ImportFilter {
  /** A pattern that names of hosts match; empty for all. */
  readonly hostFilter: string;
  /** A variable of hosts, or a path of names with dots; empty where all are enabled. */
  readonly enabledVar: string;
  /** The value of that variable; empty for any that is true. */
  readonly enabledValue: string;
}

/** Hosts and groups at most. */
const MAX_ENTRIES = 200_000;
/** Groups that Ansible has by itself. */
const ownGroups = new Set(['all', 'ungrouped', '_meta']);

/**
 * Reads what `ansible-inventory` has printed.
 *
 * @throws {Error} with a sentence for what is none, for a pattern that is none, and for more hosts and groups than are allowed
 */
export function readInventory(text: string, filter: ImportFilter): ImportedInventory {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`the output of ansible-inventory is no JSON: ${String(cause)}`, { cause });
  }
  if (!isObject(value)) throw new Error('the output of ansible-inventory is no object');
  const wanted = patternOf(filter.hostFilter);
  const hostVars = objectIn(objectIn(value, '_meta'), 'hostvars');
  const names = new Set(Object.keys(hostVars));
  const all = Object.entries(value).filter(([name]) => name !== '_meta');
  for (const [, group] of all) for (const host of textsIn(group, 'hosts')) names.add(host);
  if (names.size + all.length > MAX_ENTRIES)
    throw new Error(`it has more than ${MAX_ENTRIES} hosts and groups`);
  const isTaken = (name: string): boolean => wanted === undefined || wanted.test(name);
  const hosts = [...names].filter(isTaken).map((name): ImportedHost => {
    const variables = objectIn(hostVars, name);
    return { name, variables, enabled: enabledOf(variables, filter) };
  });
  const children = new Set(
    all.flatMap(([name, group]) => (name === 'all' ? [] : textsIn(group, 'children'))),
  );
  const groupNames = new Set([
    ...all.map(([name]) => name),
    ...children,
    ...textsIn(value['all'], 'children'),
  ]);
  const groups = [...groupNames]
    .filter((name) => !ownGroups.has(name))
    .map((name): ImportedGroup => ({
      name,
      variables: objectIn(value[name], 'vars'),
      hosts: textsIn(value[name], 'hosts').filter(isTaken),
      children: textsIn(value[name], 'children').filter((child) => !ownGroups.has(child)),
    }));
  return { variables: objectIn(value['all'], 'vars'), hosts, groups };
}

function patternOf(text: string): RegExp | undefined {
  if (text === '') return undefined;
  try {
    return new RegExp(text);
  } catch (cause) {
    throw new Error(`host_filter is no regular expression: ${text}`, { cause });
  }
}

function enabledOf(
  variables: Readonly<Record<string, unknown>>,
  { enabledVar, enabledValue }: ImportFilter,
): boolean | undefined {
  if (enabledVar === '') return undefined;
  let value: unknown = variables;
  for (const step of enabledVar.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  if (enabledValue === '') return Boolean(value);
  return (typeof value === 'string' ? value : JSON.stringify(value)) === enabledValue;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function objectIn(value: unknown, name: string): Record<string, unknown> {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isObject(found) ? found : {};
}

function textsIn(value: unknown, name: string): string[] {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : [];
}
