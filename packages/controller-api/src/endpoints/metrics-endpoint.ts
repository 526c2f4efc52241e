import { controllerMetrics } from '../metrics/controller-metrics.js';
import { prometheusText } from '../metrics/prometheus-text.js';
import { may } from '../permissions/permission-table.js';
import { API } from '../resources/presenter.js';
import type { ApiParts } from './api-parts.js';
import type { Endpoint } from './endpoint.js';

/** GET /metrics/: for Prometheus, or as JSON for whoever accepts that. */
export const metricsEndpoint = ({ context }: ApiParts): Endpoint => ({
  path: `${API}/metrics/`,
  name: 'Metrics',
  tag: 'state',
  operations: {
    GET: {
      summary: 'What is counted',
      isAllowed: (user) => may(user, 'metrics', 'read'),
      schema: {
        response: {
          200: {
            description: 'The text format of Prometheus, or an object by the names of metrics',
            content: {
              'text/plain': { schema: { type: 'string' } },
              'application/json': { schema: { type: 'object', additionalProperties: true } },
            },
          },
        },
      },
      handle: async ({ request, reply, query }) => {
        const metrics = await controllerMetrics(context);
        const accepted = request.headers.accept ?? '';
        if (query.get('format') === 'json' || accepted.includes('application/json'))
          return Object.fromEntries(metrics);
        return reply.type('text/plain; version=0.0.4; charset=utf-8').send(prometheusText(metrics));
      },
    },
  },
});
