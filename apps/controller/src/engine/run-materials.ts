import { isLocked, purposeOf, type SecretBox } from '@receptorjs/controller-api';
import type {
  Criterion,
  ResourceStore,
  Row,
  RunMaterials,
  RunMaterialsStore,
  UnifiedJob,
  UsableCredential,
} from '@receptorjs/controller-core';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROWS_AT_ONCE = 1000;
const MAX_ALIASES = 100;

/** What jobs are made of, out of the rows of resources; secrets are opened here. */
export class StoredRunMaterials implements RunMaterialsStore {
  /** @param projectsFolder where the folders of projects are */
  constructor(
    private readonly store: ResourceStore,
    private readonly secrets: SecretBox,
    private readonly projectsFolder: string,
  ) {}

  async of(job: UnifiedJob): Promise<RunMaterials> {
    if (job.inventory_id === null) throw new Error('its inventory is gone');
    const inventory = await this.#row('inventories', job.inventory_id, 'inventory');
    const [hosts, groups] = [await this.#hosts(job.inventory_id), await this.#groups(inventory)];
    return {
      inventory: {
        id: job.inventory_id,
        name: textOf(inventory['name']),
        variables: variablesOf(inventory['variables'], 'its inventory'),
        hosts,
        groups,
      },
      projectFolder: await this.#projectFolder(job),
      template: await this.#named('job_templates', job.job_template_id),
      launchedBy: await this.#user(job.created_by_id),
      extraVars: variablesOf(job.extra_vars, 'the job'),
      credentials: await this.#credentials(job),
      image: await this.#image(job.execution_environment_id),
      typed: {},
    };
  }

  async hostIds(job: UnifiedJob): Promise<ReadonlyMap<string, number>> {
    if (job.inventory_id === null) return new Map();
    const hosts = await this.#all('hosts', equals('inventory', job.inventory_id));
    return new Map(hosts.map((host) => [textOf(host['name']), Number(host['id'])]));
  }

  async #hosts(inventory: number) {
    const rows = await this.#all('hosts', equals('inventory', inventory));
    return rows.map((row) => ({
      id: Number(row['id']),
      name: textOf(row['name']),
      enabled: row['enabled'] === true,
      variables: variablesOf(row['variables'], `host ${textOf(row['name'])}`),
    }));
  }

  async #groups(inventory: Row) {
    const rows = await this.#all('groups', equals('inventory', Number(inventory['id'])));
    const groups = [];
    for (const row of rows) {
      const id = Number(row['id']);
      const ids = async (resource: string, relation: string) => {
        const linked: Criterion = { kind: 'linked', from: 'groups', relation, id };
        return (await this.#all(resource, linked)).map((other) => Number(other['id']));
      };
      groups.push({
        id,
        name: textOf(row['name']),
        variables: variablesOf(row['variables'], `group ${textOf(row['name'])}`),
        hosts: await ids('hosts', 'hosts'),
        children: await ids('groups', 'children'),
      });
    }
    return groups;
  }

  async #projectFolder({ type, project_id: id }: UnifiedJob): Promise<string | undefined> {
    if (type !== 'job') return undefined;
    if (id === null) throw new Error('its project is gone');
    const project = await this.#row('projects', id, 'project');
    const path = textOf(project['local_path']);
    if (!/^[\w.-]+$/.test(path) || path === '..' || path === '.')
      throw new Error('its project has no folder here');
    return join(this.projectsFolder, path);
  }

  async #credentials(job: UnifiedJob): Promise<UsableCredential[]> {
    const linked: Criterion = { kind: 'linked', from: 'jobs', relation: 'credentials', id: job.id };
    const rows = job.type === 'job' ? await this.#all('credentials', linked) : [];
    if (job.credential_id !== null)
      rows.push(await this.#row('credentials', job.credential_id, 'credential'));
    return rows.map((row) => ({
      id: Number(row['id']),
      kind: textOf(row['kind']),
      inputs: Object.fromEntries(
        Object.entries((row['inputs'] ?? {}) as Readonly<Record<string, unknown>>).map(
          ([name, value]) => [
            name,
            typeof value === 'string' && isLocked(value)
              ? this.secrets.open(value, purposeOf(name))
              : value,
          ],
        ),
      ),
    }));
  }

  async #image(id: number | null) {
    if (id === null) return undefined;
    const row = await this.#row('execution_environments', id, 'execution environment');
    return { name: textOf(row['image']), pull: textOf(row['pull']) };
  }

  async #named(resource: string, id: number | null) {
    const row = id === null ? undefined : await this.store.get(resource, id);
    return row && { id: Number(row['id']), name: textOf(row['name']) };
  }

  async #user(id: number | null) {
    const row = id === null ? undefined : await this.store.get('users', id);
    return (
      row && {
        id: Number(row['id']),
        username: textOf(row['username']),
        email: textOf(row['email']),
      }
    );
  }

  async #row(resource: string, id: number, what: string): Promise<Row> {
    const row = await this.store.get(resource, id);
    if (row === undefined) throw new Error(`its ${what} is gone`);
    return row;
  }

  async #all(resource: string, criterion: Criterion): Promise<Row[]> {
    const found: Row[] = [];
    for (;;) {
      const last = Number(found.at(-1)?.['id'] ?? 0);
      const after: Criterion = { kind: 'field', field: 'id', lookup: 'gt', value: last };
      const rows = await this.store.list(resource, {
        criterion: { kind: 'all', of: [criterion, after] },
        order: [{ path: ['id'], isDescending: false }],
        limit: ROWS_AT_ONCE,
        offset: 0,
      });
      found.push(...rows);
      if (rows.length < ROWS_AT_ONCE) return found;
    }
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const equals = (field: string, value: number): Criterion => ({
  kind: 'field',
  field,
  lookup: 'exact',
  value,
});

function variablesOf(text: unknown, what: string): Readonly<Record<string, unknown>> {
  const value: unknown = parse(textOf(text), { maxAliasCount: MAX_ALIASES, logLevel: 'silent' });
  if (value === null || value === undefined) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`the variables of ${what} are no mapping`);
}
