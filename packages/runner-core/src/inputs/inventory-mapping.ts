import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '../errors.js';
import { changeJson } from '../secrets/json-walk.js';

type JsonMapping = Readonly<Record<string, unknown>>;

/** What a group may have. */
const SECTIONS = ['hosts', 'vars', 'children'] as const;

/**
 * An inventory in JSON as Ansible's YAML form has it: each group a mapping with `hosts`, `vars` and `children`, which are mappings
 * too. The output of a dynamic inventory script, where hosts are lists and their variables stand in `_meta`, is brought into it;
 * numbers stay as they are written.
 *
 * @param json a mapping
 * @throws {ConfigurationError} that names the group in which Ansible would find no hosts.
 */
export function inventoryJson(json: string): string {
  const mapping = JSON.parse(json) as JsonMapping;
  // Ansible would read '{}' as the name of a host
  if (Object.keys(mapping).length === 0)
    throw new ConfigurationError(
      'inventory: the mapping is empty; it takes groups, such as {all: {hosts: {web1: null}}}, or [] for no inventory.',
    );
  if (!isScriptOutput(mapping)) {
    for (const [name, group] of Object.entries(mapping)) checkGroup(name, group);
    return json;
  }
  const exact = JSON.parse(
    changeJson(json, ({ raw, kind }) => (kind === 'number' ? `"${NUMBER}${raw}"` : raw)),
  ) as JsonMapping;
  return changeJson(JSON.stringify(new ScriptOutput(exact).groups()), ({ raw }) =>
    raw.startsWith(`"${NUMBER}`) ? raw.slice(NUMBER.length + 1, -1) : raw,
  );
}

/** Begins the text that stands for a number for a while. It can't be known before. */
const NUMBER = `number ${randomUUID()} `;

/** Whether hosts or subgroups are lists, or the variables of hosts stand apart: the YAML form has neither. */
function isScriptOutput(mapping: JsonMapping): boolean {
  return Object.entries(mapping).some(
    ([name, group]) =>
      name === '_meta' ||
      Array.isArray(group) ||
      (isMapping(group) && (Array.isArray(group.hosts) || Array.isArray(group.children))),
  );
}

function checkGroup(name: string, group: unknown): void {
  if (group === null) return;
  if (!isMapping(group)) throw noGroup(name, `it is ${kindOf(group)}`);
  const keys = Object.keys(group);
  if (keys.length > 0 && !SECTIONS.some((section) => section in group))
    throw noGroup(name, `it has ${keys.map((key) => JSON.stringify(key)).join(', ')}`);
  for (const section of SECTIONS) {
    const content = group[section];
    // Ansible takes a text for a mapping with that one name.
    if (content !== undefined && content !== null && !isMapping(content))
      if (typeof content !== 'string' || section === 'vars')
        throw noGroup(name, `its ${section} are ${kindOf(content)}`);
  }
  if (isMapping(group.children))
    for (const [child, content] of Object.entries(group.children)) checkGroup(child, content);
}

function noGroup(name: string, why: string): ConfigurationError {
  return new ConfigurationError(
    `inventory: ${JSON.stringify(name)} is no group, because ${why}; a group is a mapping with hosts, vars or children, and these are ` +
      'mappings; or all of it is what a dynamic inventory script prints, with hosts and children as lists of names.',
  );
}

/** Makes groups of what a script printed. Owns the variables of hosts that have found no place yet. */
class ScriptOutput {
  readonly #mapping: JsonMapping;
  readonly #hostVars: Map<string, unknown>;

  constructor(mapping: JsonMapping) {
    this.#mapping = mapping;
    const { _meta: meta } = mapping;
    const vars = isMapping(meta) ? (meta.hostvars ?? {}) : meta === undefined ? {} : undefined;
    if (!isMapping(vars)) throw noGroup('_meta', 'its hostvars are no mapping');
    this.#hostVars = new Map(Object.entries(vars));
  }

  groups(): JsonMapping {
    return Object.fromEntries(
      Object.entries(this.#mapping)
        .filter(([name]) => name !== '_meta')
        .map(([name, group]) => [name, this.#group(name, group)]),
    );
  }

  #group(name: string, given: unknown): JsonMapping | null {
    if (given === null) return null;
    const group = Array.isArray(given) ? { hosts: given } : given;
    if (!isMapping(group)) throw noGroup(name, `it is ${kindOf(group)}`);
    const { hosts, vars, children } = group;
    // As Ansible reads a script: what has none of these is a host with variables.
    if (!SECTIONS.some((section) => section in group) && Object.keys(group).length > 0)
      return { hosts: this.#hosts(name, [name]), vars: group };
    if (vars !== undefined && vars !== null && !isMapping(vars))
      throw noGroup(name, `its vars are ${kindOf(vars)}`);
    return {
      ...(hosts !== undefined && { hosts: this.#hosts(name, hosts) }),
      ...(vars !== undefined && { vars }),
      ...(children !== undefined && { children: this.#children(name, children) }),
    };
  }

  #hosts(group: string, hosts: unknown): JsonMapping {
    const own = isMapping(hosts) ? hosts : {};
    return Object.fromEntries(
      names(group, 'hosts', hosts).map((host) => {
        const vars = this.#hostVars.get(host);
        this.#hostVars.delete(host);
        const both = isMapping(vars) || isMapping(own[host]);
        return [host, both ? { ...(vars as object), ...(own[host] as object) } : null];
      }),
    );
  }

  #children(group: string, children: unknown): JsonMapping {
    const own = isMapping(children) ? children : {};
    return Object.fromEntries(
      names(group, 'children', children).map((child) => [
        child,
        this.#group(child, own[child] ?? null),
      ]),
    );
  }
}

/** Names of a list, or of a mapping in the YAML form. */
function names(group: string, section: string, given: unknown): readonly string[] {
  if (given === null) return [];
  if (isMapping(given)) return Object.keys(given);
  const texts = kindOf(given) === 'a text' ? [given] : given;
  if (!Array.isArray(texts)) throw noGroup(group, `its ${section} are ${kindOf(given)}`);
  return texts.map((text: unknown) => {
    if (typeof text !== 'string' || text.startsWith(NUMBER))
      throw noGroup(group, `among its ${section} is ${kindOf(text)}`);
    return text;
  });
}

function isMapping(value: unknown): value is JsonMapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return value.startsWith(NUMBER) ? 'a number' : 'a text';
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}
