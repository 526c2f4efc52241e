import {
  isActive,
  JobLauncher,
  neededPasswords,
  type AskingCredential,
  type JobState,
  type Row,
} from '@receptorjs/controller-core';
import { Type, type Static } from '@sinclair/typebox';
import { ApiError } from '../errors/api-error.js';
import { checkValidation } from '../errors/validation-errors.js';
import { may } from '../permissions/permission-table.js';
import { errorSchema } from '../resources/body-schema.js';
import { coerced } from '../resources/coerce.js';
import { json, type Field } from '../resources/fields.js';
import { fieldsMetadata } from '../resources/field-metadata.js';
import { API } from '../resources/presenter.js';
import type { FieldErrors, Resource } from '../resources/resource.js';
import { textOf } from '../resources/values.js';
import { variablesOf } from '../resources/variables.js';
import { actorOf, type ApiParts } from './api-parts.js';
import type { Call, Endpoint } from './endpoint.js';
import { visibleRow } from './resource-endpoints.js';

/** What passwords that were typed at launch are locked for. */
export const START_ARGUMENTS = 'unified_jobs.start_args';
const ids = Type.Array(Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), { maxItems: 1000 });

/** What a launch is sent; what the template does not ask for is ignored. */
const launchBody = Type.Object({
  extra_vars: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  inventory: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
  credentials: Type.Optional(ids),
  credential_passwords: Type.Optional(Type.Record(Type.String(), Type.String())),
  scm_branch: Type.Optional(Type.String({ maxLength: 1024 })),
  diff_mode: Type.Optional(Type.Boolean()),
  job_tags: Type.Optional(Type.String({ maxLength: 10_000 })),
  skip_tags: Type.Optional(Type.String({ maxLength: 1024 })),
  job_type: Type.Optional(Type.Union([Type.Literal('run'), Type.Literal('check')])),
  limit: Type.Optional(Type.String({ maxLength: 100_000 })),
  verbosity: Type.Optional(Type.Integer({ minimum: 0, maximum: 5 })),
  execution_environment: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
  labels: Type.Optional(ids),
  forks: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
  job_slice_count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  timeout: Type.Optional(Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 })),
  instance_groups: Type.Optional(ids),
});
/** What a launch is sent. */
export type LaunchBody = Static<typeof launchBody>;

/** The flag of a template that lets a launch set something. */
const askedBy: Readonly<Record<Exclude<keyof LaunchBody, 'credential_passwords'>, string>> = {
  extra_vars: 'ask_variables_on_launch',
  inventory: 'ask_inventory_on_launch',
  credentials: 'ask_credential_on_launch',
  scm_branch: 'ask_scm_branch_on_launch',
  diff_mode: 'ask_diff_mode_on_launch',
  job_tags: 'ask_tags_on_launch',
  skip_tags: 'ask_skip_tags_on_launch',
  job_type: 'ask_job_type_on_launch',
  limit: 'ask_limit_on_launch',
  verbosity: 'ask_verbosity_on_launch',
  execution_environment: 'ask_execution_environment_on_launch',
  labels: 'ask_labels_on_launch',
  forks: 'ask_forks_on_launch',
  job_slice_count: 'ask_job_slice_count_on_launch',
  timeout: 'ask_timeout_on_launch',
  instance_groups: 'ask_instance_groups_on_launch',
};
/** What the values that a launch may set are ids of. */
const idsOf: Readonly<Record<string, string>> = {
  inventory: 'inventories',
  credentials: 'credentials',
  execution_environment: 'execution_environments',
  instance_groups: 'instance_groups',
};

/** Launching a template, and a job anew. */
export function launchEndpoints(parts: ApiParts): Endpoint[] {
  const templates = parts.resources.get('job_templates');
  const jobs = parts.resources.get('jobs');
  if (!templates || !jobs) throw new Error('there is nothing to launch');
  return [launchEndpoint(templates, jobs, parts), relaunchEndpoint(jobs, parts)];
}

function launchEndpoint(templates: Resource, jobs: Resource, parts: ApiParts): Endpoint {
  const fields = launchFields(templates);
  return {
    path: `${API}/job_templates/:id/launch/`,
    name: 'Job Template Launch',
    tag: 'job_templates',
    actions: {
      GET: {},
      POST: fieldsMetadata({ ...templates, fields }, 'POST'),
    },
    operations: {
      GET: {
        summary: 'What a launch needs, and what it may set',
        schema: {
          response: { 200: { type: 'object', additionalProperties: true }, 404: errorSchema },
        },
        handle: async (call) => {
          const template = await visibleRow(templates, parts, call);
          const own = await credentialsOf('job_templates', Number(template['id']), parts);
          return launchState(template, own);
        },
      },
      POST: {
        summary: 'Launch a job',
        isAllowed: (user) => may(user, 'job_templates', 'start'),
        schema: {
          body: launchBody,
          response: {
            201: { type: 'object', additionalProperties: true },
            400: errorSchema,
            404: errorSchema,
          },
        },
        readBody: (body) => readLaunch(fields, body),
        handle: async (call) => {
          checkValidation(call.request, fields);
          const template = await visibleRow(templates, parts, call);
          return launch(template, call.request.body as LaunchBody, jobs, parts, call);
        },
      },
    },
  };
}

/** The fields of a launch as clients are told of them: those of the template that it may set. */
function launchFields(templates: Resource): Record<string, Field> {
  const list = (label: string): Field => ({ ...json(label), type: 'list', isStored: false });
  const taken = Object.keys(askedBy).flatMap((name): [string, Field][] => {
    const field = templates.fields[name];
    return field === undefined ? [] : [[name, { ...field, isRequired: false, isReadOnly: false }]];
  });
  return {
    ...Object.fromEntries(taken),
    extra_vars: json('Extra vars', { isStored: false }),
    credentials: list('Credentials'),
    credential_passwords: json('Credential passwords', { isStored: false, isWriteOnly: true }),
    labels: list('Labels'),
    instance_groups: list('Instance groups'),
  };
}

/** Variables and lists of ids may come as text. */
function readLaunch(fields: Readonly<Record<string, Field>>, body: unknown): unknown {
  const read: unknown = coerced({ fields }, body ?? {});
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return read;
  const { extra_vars, ...others }: Record<string, unknown> = { ...read };
  const vars =
    typeof extra_vars === 'string' ? (variablesOf(extra_vars) ?? extra_vars) : extra_vars;
  return extra_vars === undefined ? others : { ...others, extra_vars: vars };
}

function launchState(template: Row, credentials: readonly Credential[]): Record<string, unknown> {
  const passwords = neededPasswords(credentials);
  const isMissing = typeof template['inventory'] !== 'number';
  const flags = Object.values(askedBy).map((flag) => [flag, template[flag] === true] as const);
  return {
    can_start_without_user_input:
      !isMissing && passwords.length === 0 && flags.every(([, isAsked]) => !isAsked),
    passwords_needed_to_start: passwords,
    variables_needed_to_start: [],
    credential_needed_to_start: false,
    inventory_needed_to_start: isMissing,
    survey_enabled: false,
    ...(Object.fromEntries(flags) as Record<string, boolean>),
    job_template_data: {
      id: template['id'],
      name: template['name'],
      description: template['description'],
    },
    defaults: {
      ...Object.fromEntries(
        Object.keys(askedBy)
          .filter((name) => template[name] !== undefined)
          .map((name) => [name, template[name]]),
      ),
      credentials: credentials.map(({ id, name, kind, inputs }) => ({
        id,
        name,
        passwords_needed: neededPasswords([{ kind, inputs }]),
      })),
    },
  };
}

/**
 * Makes jobs of a template, and answers the first.
 *
 * @throws {ApiError} 400
 */
export async function launch(
  template: Row,
  body: LaunchBody,
  jobs: Resource,
  parts: ApiParts,
  call: Call,
): Promise<Record<string, unknown>> {
  const { context, presenter, recorder } = parts;
  const { credential_passwords: typed, ...given } = body;
  const isAsked = (name: string) => template[askedBy[name as keyof typeof askedBy]] === true;
  const wanted = Object.entries(given);
  const ignored = Object.fromEntries(wanted.filter(([name]) => !isAsked(name)));
  const prompts = Object.fromEntries(wanted.filter(([name]) => isAsked(name)));
  await checkReferences(prompts, parts);
  const errors: FieldErrors = {};
  if (typeof (prompts['inventory'] ?? template['inventory']) !== 'number')
    errors['inventory'] = ['Job Template inventory is missing or undefined.'];
  const projectProblem = await problemOfProject(template, prompts, parts);
  if (projectProblem !== undefined) errors['project'] = [projectProblem];
  const credentials = await launchCredentials(template, prompts, parts);
  const credentialProblem = problemOfCredentials(credentials);
  if (credentialProblem !== undefined) errors['credentials'] = [credentialProblem];
  const missing = missingPasswords(credentials, typed);
  if (missing.length > 0) errors['passwords_needed_to_start'] = missing;
  if (Object.keys(errors).length > 0) throw ApiError.invalid(errors);
  const text = template['extra_vars'];
  const made = await context.inTransaction(async ({ store, queue }) => {
    const created = await new JobLauncher(store, queue).launch(template, {
      userId: call.user.id,
      launchType: 'manual',
      templateVars: variablesOf(typeof text === 'string' ? text : '') ?? {},
      prompts,
      startArguments: typed && context.secrets.lock(JSON.stringify(typed), START_ARGUMENTS),
    });
    const [first = 0] = created;
    const changes = { job_template: template['id'], jobs: created };
    const activity = { operation: 'create', resource: jobs, id: first, changes } as const;
    await recorder.record(store, actorOf(call), activity);
    return created;
  });
  const [id = 0] = made;
  const job = await context.store.get('jobs', id);
  if (job === undefined) throw ApiError.notFound();
  const answer = await presenter.one(jobs, job, call.user);
  call.reply.code(201).header('Location', answer['url']);
  return { job: id, ignored_fields: ignored, ...answer, ...slicesOf(made, parts) };
}

/** Of a launch that makes several jobs, all of them: the answer is the first one. */
const slicesOf = (made: readonly number[], { presenter }: ApiParts): Record<string, unknown> =>
  made.length < 2
    ? {}
    : {
        slices: made.map((id, at) => ({
          id,
          job_slice_number: at + 1,
          url: presenter.url('jobs', id),
        })),
      };

/** Why nothing can be run of the project of a template. */
async function problemOfProject(
  template: Row,
  prompts: Readonly<Record<string, unknown>>,
  { context: { store } }: ApiParts,
): Promise<string | undefined> {
  const id = template['project'];
  const project = typeof id === 'number' ? await store.get('projects', id) : undefined;
  if (project === undefined) return 'A project is required to run a job.';
  if (project['status'] === 'missing') return 'The folder of the project is missing.';
  const branch = prompts['scm_branch'];
  if (typeof branch === 'string' && branch !== '' && project['allow_override'] !== true)
    return 'Project does not allow override of branch.';
  const hasFailed = ['failed', 'error', 'canceled'].includes(String(project['status']));
  const isFetched = project['scm_type'] === '' || project['scm_update_on_launch'] === true;
  return hasFailed && !isFetched && project['scm_revision'] === ''
    ? 'Missing a revision to run due to failed project update.'
    : undefined;
}

/** A credential as a launch looks at it; its secrets are locked. */
interface Credential extends AskingCredential {
  readonly id: number;
  readonly name: string;
}

const MAX_CREDENTIALS = 1000;

async function credentialsOf(
  resource: string,
  id: number,
  { context: { store } }: ApiParts,
): Promise<readonly Credential[]> {
  const rows = await store.list('credentials', {
    criterion: { kind: 'linked', from: resource, relation: 'credentials', id },
    order: [],
    limit: MAX_CREDENTIALS,
    offset: 0,
  });
  return rows.map(credentialOf);
}

const credentialOf = (row: Row): Credential => ({
  id: Number(row['id']),
  name: String(row['name']),
  kind: String(row['kind']),
  inputs: (row['inputs'] ?? {}) as Readonly<Record<string, unknown>>,
});

async function launchCredentials(
  template: Row,
  prompts: Readonly<Record<string, unknown>>,
  parts: ApiParts,
): Promise<readonly Credential[]> {
  const given = prompts['credentials'] as readonly number[] | undefined;
  if (given === undefined) return credentialsOf('job_templates', Number(template['id']), parts);
  const rows = await Promise.all(given.map((id) => parts.context.store.get('credentials', id)));
  return rows.flatMap((row) => (row === undefined ? [] : [credentialOf(row)]));
}

/** One credential of a kind, but for vaults with names of their own. */
function problemOfCredentials(credentials: readonly Credential[]): string | undefined {
  const seen = new Set<string>();
  for (const { kind, inputs } of credentials) {
    const key = kind === 'vault' ? `vault ${textOf(inputs['vault_id'])}` : kind;
    if (seen.has(key)) return `Cannot assign multiple ${kind} credentials.`;
    seen.add(key);
  }
  return undefined;
}

const missingPasswords = (
  credentials: readonly Credential[],
  typed: Readonly<Record<string, string>> = {},
): string[] => neededPasswords(credentials).filter((name) => (typed[name] ?? '') === '');

async function checkReferences(
  prompts: Readonly<Record<string, unknown>>,
  { context: { store } }: ApiParts,
): Promise<void> {
  for (const [name, resource] of Object.entries(idsOf)) {
    const given = prompts[name];
    const all = (Array.isArray(given) ? given : given === undefined ? [] : [given]) as number[];
    for (const id of all)
      if ((await store.get(resource, id)) === undefined)
        throw ApiError.invalid({ [name]: [`Invalid pk "${id}" - object does not exist.`] });
  }
}

const relaunchBody = Type.Object({
  hosts: Type.Optional(Type.Union([Type.Literal('all'), Type.Literal('failed')])),
  credential_passwords: Type.Optional(Type.Record(Type.String(), Type.String())),
});

function relaunchEndpoint(jobs: Resource, parts: ApiParts): Endpoint {
  const { context, presenter, recorder } = parts;
  return {
    path: `${API}/jobs/:id/relaunch/`,
    name: 'Job Relaunch',
    tag: 'jobs',
    operations: {
      GET: {
        summary: 'What a relaunch needs, and how many hosts it would have',
        schema: {
          response: { 200: { type: 'object', additionalProperties: true }, 404: errorSchema },
        },
        handle: async (call) => {
          const job = await visibleRow(jobs, parts, call);
          const failed = await failedHosts(job, parts);
          const all = await context.store.count('job_host_summaries', ofJob(job));
          const credentials = await credentialsOf('jobs', Number(job['id']), parts);
          return {
            passwords_needed_to_start: neededPasswords(credentials),
            retry_counts: { all, failed: failed.length },
          };
        },
      },
      POST: {
        summary: 'Run a job again',
        isAllowed: (user) => may(user, 'jobs', 'start'),
        schema: {
          body: relaunchBody,
          response: {
            201: { type: 'object', additionalProperties: true },
            400: errorSchema,
            404: errorSchema,
          },
        },
        readBody: (body) => body ?? {},
        handle: async (call) => {
          checkValidation(call.request, {});
          const job = await visibleRow(jobs, parts, call);
          const { hosts, credential_passwords: typed } = call.request.body as Static<
            typeof relaunchBody
          >;
          const credentials = await credentialsOf('jobs', Number(job['id']), parts);
          const missing = missingPasswords(credentials, typed);
          if (missing.length > 0) throw ApiError.invalid({ passwords_needed_to_start: missing });
          if (typeof job['project'] !== 'number' || typeof job['inventory'] !== 'number')
            throw ApiError.badRequest('The project or the inventory of the job is gone.');
          const branch = { scm_branch: job['scm_branch'] };
          const problem = await problemOfProject(job, branch, parts);
          if (problem !== undefined) throw ApiError.invalid({ project: [problem] });
          const limit = hosts === 'failed' ? await failedLimit(job, parts) : undefined;
          const id = await context.inTransaction(async ({ store, queue }) => {
            const launcher = new JobLauncher(store, queue);
            const [first = 0] = await launcher.relaunch(job, call.user.id, {
              limit,
              startArguments: typed && context.secrets.lock(JSON.stringify(typed), START_ARGUMENTS),
            });
            const changes = { relaunched_from: job['id'] };
            const activity = { operation: 'create', resource: jobs, id: first, changes } as const;
            await recorder.record(store, actorOf(call), activity);
            return first;
          });
          const row = await context.store.get('jobs', id);
          if (row === undefined) throw ApiError.notFound();
          const answer = await presenter.one(jobs, row, call.user);
          call.reply.code(201).header('Location', answer['url']);
          return { job: id, ...answer };
        },
      },
    },
  };
}

const ofJob = (job: Row) =>
  ({ kind: 'field', field: 'job', lookup: 'exact', value: Number(job['id']) }) as const;

async function failedHosts(job: Row, { context: { store } }: ApiParts): Promise<string[]> {
  const failed = { kind: 'field', field: 'failed', lookup: 'exact', value: true } as const;
  const rows = await store.list('job_host_summaries', {
    criterion: { kind: 'all', of: [ofJob(job), failed] },
    order: [],
    limit: 10_000,
    offset: 0,
  });
  return rows.map((row) => String(row['host_name']));
}

async function failedLimit(job: Row, parts: ApiParts): Promise<string> {
  if (isActive(job['status'] as JobState))
    throw ApiError.invalid({ hosts: ['Wait until job finishes before retrying on failed hosts.'] });
  const names = await failedHosts(job, parts);
  if (names.length === 0)
    throw ApiError.invalid({ hosts: ['Cannot retry on failed hosts, there are none.'] });
  return names.join(',');
}
