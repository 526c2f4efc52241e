import type { MeshStatus } from '@receptorjs/netceptor';
import { fuzz } from '@receptorjs/tooling-fuzz';
import { ControlServiceError } from './errors.js';
import { activityReply } from './commands/activity.js';
import { connectTarget } from './commands/connect.js';
import { explainReply } from './commands/explain.js';
import { firewallReply } from './commands/firewall.js';
import { parseRequest } from './commands/request.js';
import { statusReply } from './commands/status.js';
import { stdinMark, stdinSize } from './commands/stdin-end.js';
import { parseWorkRequest } from './commands/work-request.js';

const known: MeshStatus = {
  nodeId: 'a',
  connections: [],
  knownConnectionCosts: {},
  routingTable: {},
  advertisements: [],
};
const facts = { version: '1', cpuCount: 1, memoryMiB: 1 };

fuzz('control requests', {
  // the longest line
  maxBytes: 2 * 1024 * 1024,
  corpus: [
    'status',
    '{"command":"status","requested_fields":["Version"]}',
    'stdin-end 0123456789abcdef',
    '{"command":"stdin-end","mark":"0123456789abcdef"}',
    'stdin-size 12',
    '{"command":"stdin-size","bytes":12}',
    '{"command":"work","subcommand":"follow","unitid":"abcdefgh","startpos":12}',
    'connect b control ',
    '{"command":"connect","node":"b","service":"c","tls":"t"}',
    'work submit b cat a b c',
    '{"command":"work","subcommand":"submit","node":"b","worktype":"cat","params":"x","signwork":"true"}',
    '{"command":"work","subcommand":"results","unitid":"abcdefgh","startpos":18446744073709551616}',
    'work results abcdefgh 12',
    'work cancel abcdefgh',
    'work events 0123456789abcdef-12',
    '{"command":"work","subcommand":"events","after":"0123456789abcdef-12","unitid":["abcdefgh","x"]}',
    '{"command":"work","subcommand":"list","ages":true}',
    'activity',
    'explain b control tls',
    '{"command":"firewall","fromnode":"a","fromservice":"x","tonode":"b","toservice":"c"}',
  ],
  run: async (input) => {
    try {
      const end = input.indexOf('\n');
      const line = end < 0 ? input : input.subarray(0, end);
      const request = parseRequest(line.toString('utf8'));
      const { signal } = new AbortController();
      switch (request.command) {
        case 'status':
          return [...statusReply(request, known, facts)].join('').slice(0, 8);
        case 'connect':
          connectTarget(request);
          break;
        case 'work':
          return parseWorkRequest(request).verb;
        case 'stdin-end':
          return stdinMark(request).slice(0, 1);
        case 'stdin-size':
          return typeof stdinSize(request);
        case 'explain':
          await explainReply(request, () => Promise.resolve({}), signal);
          break;
        case 'activity':
          activityReply(request, { nodeId: 'a' });
          break;
        case 'firewall':
          firewallReply(request, () => ({}));
      }
      return request.form;
    } catch (error) {
      if (error instanceof ControlServiceError) return error.message.slice(0, 24);
      throw error;
    }
  },
});
