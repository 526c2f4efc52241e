import { bindAddress } from '../fields/address-fields.js';
import { percent, port, text, tlsName, word } from '../fields/fields.js';
import { headers } from '../fields/structured-fields.js';
import { boundAddress, tcpSocket } from './sockets.js';
import { action } from './spec.js';

const isWebAddress = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** What tells those who watch a node how it is. Additions to the original's actions. */
export const observabilityActions = {
  'log-format': action({
    help: 'How log lines are written',
    reload: 'fixed',
    v2: 'log-format',
    singleton: true,
    subject: ({ format }) => format,
    fields: {
      format: word(['classic', 'json'], {
        help: "classic, as the original's, or json: an object a line with time, level, node, message",
        bare: true,
        required: true,
        unknown: (value) => `${value} is not a log format`,
      }),
    },
  }),
  'metrics-listener': action({
    help: 'Answer /metrics (Prometheus), /healthz and /readyz over HTTP',
    reload: 'reopened',
    v2: 'metrics-listeners',
    subject: boundAddress,
    listensOn: tcpSocket,
    fields: {
      bindaddr: bindAddress('127.0.0.1'),
      port: port({ help: 'Port to listen on', bare: true, required: true }),
      tls: tlsName('tls-server', 'TLS of the listener'),
    },
  }),
  tracing: action({
    help: 'Send OpenTelemetry traces of units of work to a collector, by OTLP over HTTP',
    reload: 'reopened',
    v2: 'tracing',
    singleton: true,
    fields: {
      endpoint: text({
        help: 'URL of the collector, such as http://localhost:4318; /v1/traces is appended. Without it OTEL_EXPORTER_OTLP_ENDPOINT',
        bare: true,
      }),
      headers: headers({
        help: 'Headers of each request to the collector, such as one that authorizes it. They are secrets',
      }),
      samplepercent: percent({
        help: 'Percentage of the traces begun here that are sent; one that is begun elsewhere says it itself',
        fallback: 100,
      }),
    },
    check: ({ endpoint }) =>
      endpoint && !isWebAddress(endpoint)
        ? {
            // no endpoint in the text: a URL may hold a password
            why: 'the endpoint of traces is no http or https URL',
            hint: 'give a URL such as http://localhost:4318',
            field: 'endpoint',
          }
        : undefined,
  }),
} as const;
