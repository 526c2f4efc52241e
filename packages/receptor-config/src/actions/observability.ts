import { bindAddress } from '../fields/address-fields.js';
import { port, tlsName, word } from '../fields/fields.js';
import { boundAddress, tcpSocket } from './sockets.js';
import { action } from './spec.js';

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
} as const;
