import type {
  JsonObject,
  PodMaterials,
  RunMaterials,
  RunMaterialsStore,
  UnifiedJob,
  UsableCredential,
} from '@receptorjs/controller-core';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Executor } from './executor.js';

/** What the gathering of materials needs besides the database. */
export interface RunMaterialsOptions {
  /** The folder below which projects lie. */
  readonly projectsFolder: string;
  /** Makes the secrets of a credential readable. */
  readonly decrypt: (credential: {
    readonly id: number;
    readonly inputs: JsonObject;
  }) => JsonObject;
  /** The same for what was typed at launch, which a job keeps until it has begun. */
  readonly decryptTyped: (job: UnifiedJob) => Readonly<Record<string, string>>;
}

/** What jobs are made of, read from the tables of resources. */
export class StoredRunMaterials implements RunMaterialsStore {
  constructor(
    private readonly executor: Executor,
    private readonly options: RunMaterialsOptions,
  ) {}

  async of(job: UnifiedJob): Promise<RunMaterials> {
    const [inventory, projectFolder, template, launchedBy, credentials, image] = await Promise.all([
      this.#inventory(job),
      this.#projectFolder(job),
      this.#template(job),
      this.#launchedBy(job),
      this.#credentials(job),
      this.#image(job),
    ]);
    return {
      inventory,
      projectFolder,
      template,
      launchedBy,
      credentials,
      image,
      extraVars: variablesOf(job.extra_vars, 'extra variables'),
      typed: this.options.decryptTyped(job),
    };
  }

  async podOf(job: UnifiedJob): Promise<PodMaterials> {
    const group = await this.executor
      .selectFrom('instance_groups')
      .select(['name', 'is_container_group', 'pod_spec_override', 'credential_id'])
      .where('id', '=', job.instance_group_id ?? 0)
      .executeTakeFirst();
    if (group?.is_container_group !== true) throw new Error('its container group is gone');
    const [image, [credential]] = await Promise.all([
      this.#image(job),
      this.#opened(this.#credentialRows().where('c.id', '=', group.credential_id ?? 0)),
    ]);
    return {
      override: variablesOf(group.pod_spec_override, `pod_spec_override of ${group.name}`),
      credential,
      image: image?.name,
    };
  }

  async forUpdate(job: UnifiedJob): Promise<Pick<RunMaterials, 'credentials' | 'typed' | 'image'>> {
    const [credentials, image] = await Promise.all([this.#credentials(job), this.#image(job)]);
    return { credentials, image, typed: this.options.decryptTyped(job) };
  }

  async hostIds({ inventory_id }: UnifiedJob): Promise<ReadonlyMap<string, number>> {
    if (inventory_id === null) return new Map();
    const hosts = await this.executor
      .selectFrom('hosts')
      .select(['id', 'name'])
      .where('inventory_id', '=', inventory_id)
      .execute();
    return new Map(hosts.map(({ id, name }) => [name, id]));
  }

  async #inventory({ inventory_id: id }: UnifiedJob): Promise<RunMaterials['inventory']> {
    if (id === null) throw new Error('it has no inventory');
    const inventory = await this.executor
      .selectFrom('inventories')
      .select(['id', 'name', 'variables'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (inventory === undefined) throw new Error('its inventory is gone');
    const hosts = await this.executor
      .selectFrom('hosts')
      .select(['id', 'name', 'enabled', 'variables'])
      .where('inventory_id', '=', id)
      .execute();
    const groups = await this.executor
      .selectFrom('groups')
      .select(['id', 'name', 'variables'])
      .where('inventory_id', '=', id)
      .orderBy('id')
      .execute();
    const members = await this.executor
      .selectFrom('group_hosts')
      .innerJoin('groups', 'groups.id', 'group_hosts.group_id')
      .where('groups.inventory_id', '=', id)
      .select(['group_id', 'host_id'])
      .execute();
    const nested = await this.executor
      .selectFrom('group_children')
      .innerJoin('groups', 'groups.id', 'group_children.parent_id')
      .where('groups.inventory_id', '=', id)
      .select(['parent_id', 'child_id'])
      .execute();
    const hostsOf = grouped(members.map((row) => [row.group_id, row.host_id]));
    const childrenOf = grouped(nested.map((row) => [row.parent_id, row.child_id]));
    return {
      id,
      name: inventory.name,
      variables: variablesOf(inventory.variables, `variables of inventory ${inventory.name}`),
      hosts: hosts.map((host) => ({
        ...host,
        variables: variablesOf(host.variables, `variables of host ${host.name}`),
      })),
      groups: groups.map((group) => ({
        ...group,
        variables: variablesOf(group.variables, `variables of group ${group.name}`),
        hosts: hostsOf.get(group.id) ?? [],
        children: childrenOf.get(group.id) ?? [],
      })),
    };
  }

  async #projectFolder({ project_id: id }: UnifiedJob): Promise<string | undefined> {
    if (id === null) return undefined;
    const { local_path: path = '' } =
      (await this.executor
        .selectFrom('projects')
        .select('local_path')
        .where('id', '=', id)
        .executeTakeFirst()) ?? {};
    // one name below the folder of projects, nothing that leads out of it
    if (path === '' || path === '.' || path === '..' || /[/\\\0]/.test(path)) return undefined;
    return join(this.options.projectsFolder, path);
  }

  async #template({ job_template_id: id }: UnifiedJob): Promise<RunMaterials['template']> {
    if (id === null) return undefined;
    return this.executor
      .selectFrom('job_templates')
      .select(['id', 'name'])
      .where('id', '=', id)
      .executeTakeFirst();
  }

  async #launchedBy({ created_by_id: id }: UnifiedJob): Promise<RunMaterials['launchedBy']> {
    if (id === null) return undefined;
    return this.executor
      .selectFrom('users')
      .select(['id', 'username', 'email'])
      .where('id', '=', id)
      .executeTakeFirst();
  }

  #credentials({ id, credential_id }: UnifiedJob): Promise<readonly UsableCredential[]> {
    return this.#opened(
      this.#credentialRows().where((where) =>
        where.or([
          where('c.id', 'in', (query) =>
            query
              .selectFrom('unified_job_credentials')
              .select('credential_id')
              .where('unified_job_id', '=', id),
          ),
          where('c.id', '=', credential_id ?? 0),
        ]),
      ),
    );
  }

  #credentialRows() {
    return this.executor
      .selectFrom('credentials as c')
      .innerJoin('credential_types as t', 't.id', 'c.credential_type_id')
      .select(['c.id', 'c.inputs', 't.kind'])
      .orderBy('c.id');
  }

  async #opened(query: {
    execute(): Promise<readonly { id: number; inputs: JsonObject; kind: string }[]>;
  }): Promise<readonly UsableCredential[]> {
    const rows = await query.execute();
    return rows.map(({ id, inputs, kind }) => ({
      id,
      kind,
      inputs: this.options.decrypt({ id, inputs }),
    }));
  }

  async #image({ execution_environment_id: id }: UnifiedJob): Promise<RunMaterials['image']> {
    if (id === null) return undefined;
    const environment = await this.executor
      .selectFrom('execution_environments')
      .select(['image', 'pull'])
      .where('id', '=', id)
      .executeTakeFirst();
    return environment && { name: environment.image, pull: environment.pull };
  }
}

function grouped(pairs: readonly (readonly [number, number])[]): ReadonlyMap<number, number[]> {
  const all = new Map<number, number[]>();
  for (const [key, value] of pairs) {
    const others = all.get(key);
    if (others) others.push(value);
    else all.set(key, [value]);
  }
  return all;
}

/** Variables as a person wrote them, in YAML or JSON. */
function variablesOf(text: string, what: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new Error(`${what}: this is no YAML: ${String(cause)}`, { cause });
  }
  if (value === null || value === undefined) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${what}: this is no mapping`);
}
