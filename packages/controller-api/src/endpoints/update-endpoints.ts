import {
  asColumns,
  hostCount,
  inventoryUpdateJob,
  isUpdatable,
  neededPasswords,
  preferredGroups,
  projectUpdateJob,
  taskImpact,
  type NewJob,
  type Row,
} from '@receptorjs/controller-core';
import { ApiError } from '../errors/api-error.js';
import { checkValidation } from '../errors/validation-errors.js';
import { may } from '../permissions/permission-table.js';
import { errorSchema, rowSchema, writeSchema } from '../resources/body-schema.js';
import { adHocModules } from '../resources/ad-hoc-commands.js';
import { coerced } from '../resources/coerce.js';
import { fieldsMetadata } from '../resources/field-metadata.js';
import { API } from '../resources/presenter.js';
import type { FieldErrors, Resource } from '../resources/resource.js';
import { textOf } from '../resources/values.js';
import { variablesOf } from '../resources/variables.js';
import { projectOf, sourceOf } from '../updates/project-rows.js';
import { actorOf, type ApiParts } from './api-parts.js';
import type { Call, Endpoint } from './endpoint.js';
import { START_ARGUMENTS } from './launch-endpoints.js';
import { visibleRow } from './resource-endpoints.js';

/** What starts besides jobs of templates: updates of projects and inventories, and commands. */
export const updateEndpoints = (parts: ApiParts): Endpoint[] => [
  updateEndpoint('projects', 'project_updates', 'project_update', projectUpdate, parts),
  updateEndpoint(
    'inventory_sources',
    'inventory_updates',
    'inventory_update',
    inventoryUpdate,
    parts,
  ),
  adHocEndpoint(parts),
  adHocRelaunchEndpoint(parts),
];

function resource(parts: ApiParts, path: string): Resource {
  const found = parts.resources.get(path);
  if (found === undefined) throw new Error(`there is no resource ${path}`);
  return found;
}

/** A job that updates a row; nothing where the row is of a kind that is not updated. */
type UpdateJob = (row: Row, userId: number, parts: ApiParts) => Promise<NewJob | undefined>;

const projectUpdate: UpdateJob = async (row, userId) => {
  const project = projectOf(row);
  const origin = { launchType: 'manual', userId } as const;
  return Promise.resolve(isUpdatable(project) ? projectUpdateJob(project, origin) : undefined);
};

const inventoryUpdate: UpdateJob = async (row, userId, { context: { store } }) => {
  const source = sourceOf(row);
  if (source.source_project_id === null) return undefined;
  const project = await store.get('projects', source.source_project_id);
  if (project === undefined) return undefined;
  const groups = await preferredGroups(store, undefined, source.inventory_id);
  const dependsOnProject = project['scm_update_on_launch'] === true;
  const origin = { launchType: 'manual', userId } as const;
  return inventoryUpdateJob(source, origin, { groups, dependsOnProject });
};

const picked = (row: Row, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, row[name] ?? null]));

function updateEndpoint(
  path: string,
  updates: string,
  key: string,
  jobOf: UpdateJob,
  parts: ApiParts,
): Endpoint {
  const [updated, update] = [resource(parts, path), resource(parts, updates)];
  return {
    path: `${API}/${path}/:id/update/`,
    name: `${updated.label} Update`,
    tag: path,
    actions: { GET: {}, POST: {} },
    operations: {
      GET: {
        summary: 'Whether it can be updated',
        schema: {
          response: { 200: { type: 'object', additionalProperties: true }, 404: errorSchema },
        },
        handle: async (call) => {
          const row = await visibleRow(updated, parts, call);
          return { can_update: (await jobOf(row, call.user.id, parts)) !== undefined };
        },
      },
      POST: {
        summary: 'Start an update',
        isAllowed: (user) => may(user, path, 'start'),
        schema: {
          response: {
            202: { type: 'object', additionalProperties: true },
            404: errorSchema,
            405: errorSchema,
          },
        },
        handle: async (call) => {
          const row = await visibleRow(updated, parts, call);
          const job = await jobOf(row, call.user.id, parts);
          if (job === undefined) throw ApiError.notAllowed('POST', ['GET', 'HEAD', 'OPTIONS']);
          const answer = await queued(update, job, parts, call);
          call.reply.code(202).header('Location', answer['url']);
          return { [key]: answer['id'], ...answer };
        },
      },
    },
  };
}

/** Queues something, and answers it. */
async function started(
  run: Resource,
  job: Readonly<Record<string, unknown>>,
  parts: ApiParts,
  call: Call,
): Promise<Record<string, unknown>> {
  const author = { created_by: call.user.id, modified_by: call.user.id };
  const all = asColumns({ launch_type: 'manual', dependencies_processed: true, ...job, ...author });
  return queued(run, all as unknown as NewJob, parts, call);
}

async function queued(
  run: Resource,
  job: NewJob,
  { context, presenter, recorder }: ApiParts,
  call: Call,
): Promise<Record<string, unknown>> {
  const id = await context.inTransaction(async ({ store, queue }) => {
    const made = await queue.create(job);
    const activity = { operation: 'create', resource: run, id: made.id } as const;
    await recorder.record(store, actorOf(call), activity);
    return made.id;
  });
  const row = await context.store.get(run.path, id);
  if (row === undefined) throw ApiError.notFound();
  return presenter.one(run, row, call.user);
}

function adHocEndpoint(parts: ApiParts): Endpoint {
  const commands = resource(parts, 'ad_hoc_commands');
  return {
    path: `${API}/ad_hoc_commands/`,
    name: 'Ad Hoc Command List',
    tag: 'ad_hoc_commands',
    actions: {
      GET: fieldsMetadata(commands, 'GET'),
      POST: fieldsMetadata(commands, 'POST'),
    },
    operations: {
      GET: {
        summary: 'List ad_hoc_commands',
        isAllowed: (user) => may(user, 'ad_hoc_commands', 'read'),
        handle: (call) => parts.lister.page(commands, [], call),
      },
      POST: {
        summary: 'Run a module',
        isAllowed: (user) => may(user, 'ad_hoc_commands', 'create'),
        schema: {
          body: writeSchema(commands, true),
          response: { 201: rowSchema(commands, false), 400: errorSchema },
        },
        readBody: (body) => coerced(commands, body ?? {}),
        handle: async (call) => {
          checkValidation(call.request, commands.fields);
          const { credential_passwords: typed, ...given } = call.request.body as Row;
          await checkCommand(given, commands, parts);
          const typedText = await typedFor(given, typed, parts);
          const job = { ...(await commandJob(given, parts)), start_args: typedText };
          const answer = await started(commands, job, parts, call);
          call.reply.code(201).header('Location', answer['url']);
          return answer;
        },
      },
    },
  };
}

function adHocRelaunchEndpoint(parts: ApiParts): Endpoint {
  const commands = resource(parts, 'ad_hoc_commands');
  const taken = Object.entries(commands.fields)
    .filter(([, { isReadOnly, isStored }]) => !isReadOnly && isStored)
    .map(([name]) => name);
  return {
    path: `${API}/ad_hoc_commands/:id/relaunch/`,
    name: 'Ad Hoc Command Relaunch',
    tag: 'ad_hoc_commands',
    operations: {
      GET: {
        summary: 'What a relaunch needs',
        handle: async (call) => {
          const row = await visibleRow(commands, parts, call);
          return { passwords_needed_to_start: await neededFor(row, parts) };
        },
      },
      POST: {
        summary: 'Run a command again',
        isAllowed: (user) => may(user, 'ad_hoc_commands', 'start'),
        schema: {
          response: {
            201: { type: 'object', additionalProperties: true },
            400: errorSchema,
            404: errorSchema,
          },
        },
        handle: async (call) => {
          const row = await visibleRow(commands, parts, call);
          const given = picked(row, taken);
          await checkCommand(given, commands, parts);
          const { credential_passwords: typed } = (call.request.body ?? {}) as Row;
          const start_args = await typedFor(given, typed, parts);
          const job = { ...(await commandJob(given, parts)), launch_type: 'relaunch', start_args };
          const answer = await started(commands, job, parts, call);
          call.reply.code(201).header('Location', answer['url']);
          return { ad_hoc_command: answer['id'], ...answer };
        },
      },
    },
  };
}

/** Names of the passwords that the credential of a command asks for. */
async function neededFor({ credential: id }: Row, { context }: ApiParts): Promise<string[]> {
  const row = typeof id === 'number' ? await context.store.get('credentials', id) : undefined;
  if (row === undefined) return [];
  const inputs = (row['inputs'] ?? {}) as Readonly<Record<string, unknown>>;
  return [...neededPasswords([{ kind: textOf(row['kind']), inputs }])];
}

/** What was typed for a command, locked. @throws {ApiError} 400 where something is missing */
async function typedFor(given: Row, typed: unknown, parts: ApiParts): Promise<string> {
  const texts = (typeof typed === 'object' && typed !== null ? typed : {}) as Row;
  const missing = (await neededFor(given, parts)).filter((name) => textOf(texts[name]) === '');
  if (missing.length > 0) throw ApiError.invalid({ passwords_needed_to_start: missing });
  if (Object.keys(texts).length === 0) return '';
  return parts.context.secrets.lock(JSON.stringify(texts), START_ARGUMENTS);
}

async function commandJob(given: Row, { context: { store } }: ApiParts) {
  const { inventory } = given;
  const hosts = await hostCount(store, inventory);
  const forks = Number(given['forks'] ?? 0);
  return {
    module_name: adHocModules[0],
    ...given,
    type: 'ad_hoc_command',
    name: textOf(given['module_name'] ?? adHocModules[0]),
    task_impact: taskImpact({ type: 'ad_hoc_command', forks, hosts }),
    preferred_instance_groups: await preferredGroups(store, undefined, inventory),
  };
}

async function checkCommand(given: Row, commands: Resource, { context }: ApiParts): Promise<void> {
  const errors: FieldErrors = {};
  for (const [name, value] of Object.entries(given)) {
    const to = commands.fields[name]?.to;
    if (typeof value === 'string' && value.includes('\0'))
      errors[name] = ['Null characters are not allowed.'];
    if (to === undefined || typeof value !== 'number') continue;
    if ((await context.store.get(to, value)) === undefined)
      errors[name] = [`Invalid pk "${value}" - object does not exist.`];
  }
  const credential = given['credential'];
  if (typeof credential === 'number') {
    const row = await context.store.get('credentials', credential);
    if (row !== undefined && row['kind'] !== 'ssh')
      errors['credential'] = ['You must provide a machine credential.'];
  }
  const module = given['module_name'] ?? adHocModules[0];
  const needsArguments = module === 'command' || module === 'shell';
  if (needsArguments && (given['module_args'] ?? '') === '')
    errors['module_args'] = [`No argument passed to ${module} module.`];
  const text = given['extra_vars'];
  const vars = variablesOf(typeof text === 'string' ? text : '');
  if (vars === undefined) errors['extra_vars'] = ['Must be a mapping in JSON or YAML format.'];
  else if (Object.keys(vars).some((name) => name.startsWith('ansible_')))
    errors['extra_vars'] = ['Variables that begin with ansible_ are not allowed here.'];
  if (Object.keys(errors).length > 0) throw ApiError.invalid(errors);
}
