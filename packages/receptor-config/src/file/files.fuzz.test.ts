import { fuzz } from '@receptorjs/tooling-fuzz';
import { parseConfigFile } from './config-file.js';
import { ConfigError } from '../errors.js';
import { crossCheck } from '../checks/cross-checks.js';
import { validate } from '../checks/validate.js';

const corpus = [
  '- node: { id: foo, datadir: /tmp/x }\n- tcp-listener: 2222\n- local-only\n- log-level: debug\n',
  '- tls-server:\n    name: a\n    cert: a.crt\n    key: a.key\n    pinnedclientcert: ["ab:cd"]\n- ws-listener: { port: 1, tls: a }\n',
  'version: 2\nnode: { id: foo }\ntcp-peers:\n  - address: h:1\n    redial: no\nlocal-only: { local: true }\n',
  '- node:\n    firewallrules:\n      - { action: reject, fromnode: "/x/" }\n- ip-router: { networkname: n, localnet: 10.0.0.0/30, routes: 10.1.0.0/16 }\n',
  '- &a { work-command: { worktype: x, command: y } }\n- *a\n',
  '{}'.repeat(8_192),
  ']'.repeat(16_384),
];

fuzz('configuration files', {
  corpus,
  maxBytes: 16_384,
  // The reader works in one step; this many characters that are all wrong take it some 80 ms.
  maxHoldMs: 250,
  run: (input) => {
    try {
      const actions = validate(parseConfigFile(input.toString('utf8'), 'fuzz.yml'));
      crossCheck(actions, { hostname: 'fuzz' });
      return actions.map(({ action }) => action).join();
    } catch (error) {
      if (error instanceof ConfigError) return `${error.code} ${error.plain.slice(0, 30)}`;
      throw error;
    }
  },
});
