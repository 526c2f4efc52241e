import {
  neededPasswords,
  promptFlags,
  TemplateLaunch,
  type LaunchRequirements,
  type Row,
} from '@receptorjs/controller-core';
import type { ApiParts } from '../endpoints/api-parts.js';
import type { Call, Endpoint } from '../endpoints/endpoint.js';
import { visibleRow } from '../endpoints/resource-endpoints.js';
import { ApiError } from '../errors/api-error.js';
import { checkValidation } from '../errors/validation-errors.js';
import { may } from '../permissions/permission-table.js';
import { errorSchema } from '../resources/body-schema.js';
import { fieldsMetadata } from '../resources/field-metadata.js';
import { API } from '../resources/presenter.js';
import type { Resource } from '../resources/resource.js';
import { launchBody, launchFields, readLaunch, type LaunchBody } from './launch-body.js';
import { authorOf, launchPorts } from './launch-ports.js';

/** Launching a template. */
export function launchEndpoint(parts: ApiParts): Endpoint {
  const [templates, jobs] = [parts.resources.get('job_templates'), parts.resources.get('jobs')];
  if (!templates || !jobs) throw new Error('there is nothing to launch');
  const launches = new TemplateLaunch(launchPorts(parts.context));
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
          return launchState(template, await launches.requirements(template));
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

function launchState(template: Row, requirements: LaunchRequirements): Record<string, unknown> {
  const { passwords, isInventoryNeeded, flags, credentials } = requirements;
  return {
    can_start_without_user_input: requirements.canStartAtOnce,
    passwords_needed_to_start: passwords,
    variables_needed_to_start: [],
    credential_needed_to_start: false,
    inventory_needed_to_start: isInventoryNeeded,
    survey_enabled: false,
    ...flags,
    job_template_data: {
      id: template['id'],
      name: template['name'],
      description: template['description'],
    },
    defaults: {
      ...Object.fromEntries(
        Object.keys(promptFlags)
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
 * Launches a template, and answers the first of its jobs.
 *
 * @throws {LaunchError}
 */
export async function launch(
  template: Row,
  { credential_passwords: passwords, ...values }: LaunchBody,
  jobs: Resource,
  parts: ApiParts,
  call: Call,
): Promise<Record<string, unknown>> {
  const author = authorOf(parts, call, jobs, (made) => ({
    job_template: template['id'],
    jobs: made,
  }));
  const launches = new TemplateLaunch(launchPorts(parts.context));
  const made = await launches.launch(template, { values, passwords }, author);
  const [id = 0] = made.jobs;
  const job = await parts.context.store.get('jobs', id);
  if (job === undefined) throw ApiError.notFound();
  const answer = await parts.presenter.one(jobs, job, call.user);
  call.reply.code(201).header('Location', answer['url']);
  return { job: id, ignored_fields: made.ignored, ...answer, ...slicesOf(made.jobs, parts) };
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
