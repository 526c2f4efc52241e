import { JobRelaunch } from '@receptorjs/controller-core';
import { Type, type Static } from '@sinclair/typebox';
import type { ApiParts } from '../endpoints/api-parts.js';
import type { Endpoint } from '../endpoints/endpoint.js';
import { visibleRow } from '../endpoints/resource-endpoints.js';
import { ApiError } from '../errors/api-error.js';
import { checkValidation } from '../errors/validation-errors.js';
import { may } from '../permissions/permission-table.js';
import { errorSchema } from '../resources/body-schema.js';
import { API } from '../resources/presenter.js';
import { authorOf, launchPorts } from './launch-ports.js';

const relaunchBody = Type.Object({
  hosts: Type.Optional(Type.Union([Type.Literal('all'), Type.Literal('failed')])),
  credential_passwords: Type.Optional(Type.Record(Type.String(), Type.String())),
});

/** Relaunching a job. */
export function relaunchEndpoint(parts: ApiParts): Endpoint {
  const jobs = parts.resources.get('jobs');
  if (!jobs) throw new Error('there are no jobs');
  const relaunches = new JobRelaunch(launchPorts(parts.context));
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
          const { passwords, hosts } = await relaunches.requirements(job);
          return { passwords_needed_to_start: passwords, retry_counts: hosts };
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
          const { hosts, credential_passwords: passwords } = call.request.body as Static<
            typeof relaunchBody
          >;
          const author = authorOf(parts, call, jobs, () => ({ relaunched_from: job['id'] }));
          const id = await relaunches.relaunch(job, { hosts, passwords }, author);
          const row = await parts.context.store.get('jobs', id);
          if (row === undefined) throw ApiError.notFound();
          const answer = await parts.presenter.one(jobs, row, call.user);
          call.reply.code(201).header('Location', answer['url']);
          return { job: id, ...answer };
        },
      },
    },
  };
}
