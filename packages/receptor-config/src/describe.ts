import { hostPort } from '@receptorjs/socket-addresses';
import { specOf } from './actions.js';
import type { Action } from './actions.js';

/**
 * An action in a few words, for plans and logs: its name and what tells it from others of that name, as in
 * `tcp-peer hop.example.org:2222` or `work-command echo`.
 */
export function describeAction(action: Action): string {
  const what = subject(action);
  return what === '' ? action.action : `${action.action} ${what}`;
}

function subject(action: Action): string {
  switch (action.action) {
    case 'tcp-listener':
    case 'udp-listener':
    case 'ws-listener':
    case 'tcp-server':
    case 'udp-server': {
      const { bindaddr, port } = action.fields;
      return hostPort(bindaddr, port);
    }
    case 'control-service': {
      const { service, filename, tcplisten } = action.fields;
      return service || filename || tcplisten || '';
    }
    default: {
      const values = action.fields as Readonly<Record<string, unknown>>;
      const { title } = specOf(action.action);
      const value = title === undefined ? undefined : values[title];
      return typeof value === 'string' ? value : '';
    }
  }
}
