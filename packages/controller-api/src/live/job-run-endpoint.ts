import type { Row } from '@receptorjs/controller-core';
import type { FastifyInstance } from 'fastify';
import { addEndpoint, type Call, type Endpoint } from '../endpoints/endpoint.js';
import type { ApiParts } from '../endpoints/api-parts.js';
import { launch } from '../launching/launch-endpoint.js';
import { ApiError } from '../errors/api-error.js';
import { may } from '../permissions/permission-table.js';
import { visibleTo } from '../permissions/visible-rows.js';
import { allOf, equals } from '../query/criteria.js';
import { errorSchema } from '../resources/body-schema.js';
import type { Resource } from '../resources/resource.js';
import { textOf } from '../resources/values.js';
import { EventReader } from './event-reader.js';
import { eventSources } from './event-sources.js';
import type { Live } from './live.js';
import {
  answerStream,
  acquireSlot,
  type StreamBatch,
  type StreamForm,
} from './server-sent-events.js';

const EVENTS_AT_ONCE = 100;
/** What Ansible prints, and nothing else. */
const plainText: StreamForm = {
  type: 'text/plain; charset=utf-8',
  opening: '',
  keepAlive: '',
  denied: '',
};

/**
 * `POST /job_run/PLAYBOOK`: launches the template that has the playbook, with the variables of the body, and answers what Ansible prints, as it comes. The body is JSON
 * whatever its type is said to be, as `curl -d` sends it.
 */
export async function addJobRun(app: FastifyInstance, live: Live, parts: ApiParts): Promise<void> {
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, parsed) => {
      try {
        parsed(null, body === '' ? {} : (JSON.parse(String(body)) as unknown));
      } catch {
        parsed(ApiError.badRequest('The variables are an object of JSON.'));
      }
    });
    addEndpoint(scope, jobRun(live, parts));
    done();
  });
}

function jobRun(live: Live, parts: ApiParts): Endpoint {
  const templates = parts.resources.get('job_templates');
  const jobs = parts.resources.get('jobs');
  if (!templates || !jobs) throw new Error('there is nothing to launch');
  return {
    path: '/job_run/*',
    name: 'Job Run',
    tag: 'job_templates',
    operations: {
      POST: {
        summary: 'Launch the job template of a playbook, and answer its output',
        isAllowed: (user) => may(user, 'job_templates', 'start'),
        schema: {
          description:
            'The playbook is the rest of the address. Where several templates have it, `job_template` names one. The job is the one of the header Location.',
          body: { type: 'object', additionalProperties: true },
          querystring: { type: 'object', properties: { job_template: { type: 'string' } } },
          response: {
            201: {
              description: 'what Ansible prints',
              content: { 'text/plain': { schema: { type: 'string' } } },
            },
            409: errorSchema,
            429: errorSchema,
            503: errorSchema,
          },
        },
        handle: async (call) => {
          if (call.request.validationError)
            throw ApiError.badRequest('The variables are an object of JSON.');
          const template = await templateOf(templates, parts, call);
          const vars = (call.request.body ?? {}) as Record<string, unknown>;
          if (Object.keys(vars).length > 0 && template['ask_variables_on_launch'] !== true)
            throw ApiError.invalid({
              extra_vars: ['The job template takes none: ask_variables_on_launch is not set.'],
            });
          // before the job: one whose output can't be followed is not launched
          const release = acquireSlot(live, call);
          try {
            const { job } = await launch(template, { extra_vars: vars }, jobs, parts, call);
            return await follow(Number(job), live, parts, call, release);
          } catch (error) {
            release();
            throw error;
          }
        },
      },
    },
  };
}

async function templateOf(
  templates: Resource,
  { context }: ApiParts,
  { request, query, user }: Call,
): Promise<Row> {
  const { '*': playbook = '' } = request.params as { '*'?: string };
  const name = query.get('job_template');
  if (playbook.includes('\0') || name?.includes('\0') === true) throw ApiError.notFound();
  const found = await context.store.list('job_templates', {
    criterion: allOf([
      equals('playbook', playbook),
      ...(name === null ? [] : [equals('name', name)]),
      ...visibleTo(user, templates),
    ]),
    order: [{ path: ['name'], isDescending: false }],
    limit: 10,
    offset: 0,
  });
  const [template] = found;
  if (template === undefined) throw ApiError.notFound();
  if (found.length === 1) return template;
  throw ApiError.conflict({
    detail: 'Several job templates have this playbook; name one by ?job_template=',
    job_templates: found.map((row) => row['name']),
  });
}

function follow(
  jobId: number,
  live: Live,
  { context }: ApiParts,
  call: Call,
  release: () => void,
): Promise<unknown> {
  const source = eventSources['job_events'];
  if (source === undefined) throw new Error('jobs have no events');
  const reader = new EventReader(context.store, source, jobId, 0);
  const stream = {
    subscribe: (event: Parameters<typeof live.subscriptions.toJob>[1]) =>
      live.subscriptions.toJob(jobId, event),
    isAllowed: (user: Call['user']) => may(user, source.events, 'read'),
    async poll(): Promise<StreamBatch> {
      const { rows, isComplete, isFull } = await reader.read(EVENTS_AT_ONCE);
      const text = rows
        .map((row) => textOf(row['stdout']))
        .filter((printed) => printed !== '')
        .map((printed) => `${printed.replaceAll('\r\n', '\n')}\n`)
        .join('');
      return { text, next: isComplete ? 'end' : isFull ? 'more' : 'idle' };
    },
  };
  return answerStream(live, call, stream, plainText, release);
}
