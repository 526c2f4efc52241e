import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { onMesh } from '../on-mesh.mjs';

const keys = Array.from({ length: 1_000_000 }, (_, at) => `"k${at}":"",`).join('');

/** Requests that hold very many values, and whether they must be refused. */
const requests = [
  `{"command":"status","requested_fields":[${'"a",'.repeat(2_000_000)}"NodeID"]}`,
  `{"command":"work","subcommand":"submit",${keys}"node":"hub","worktype":"cat"}`,
  `{"command":"work","subcommand":"list","unitid":[${'1,'.repeat(2_000_000)}1]}`,
];

export default onMesh({
  title: 'requests of millions of entries',
  strike: async ({ hub }) => {
    const problems = [];
    for (const request of requests) {
      const socket = connect(hub.socket);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      let answer = '';
      socket.on('data', (chunk) => (answer += String(chunk)));
      socket.end(`${request}\n`);
      await Promise.race([once(socket, 'close'), setTimeout(4_000)]);
      socket.destroy();
      const told = answer.slice(answer.indexOf('\n') + 1);
      const what = request.slice(0, 45);
      if (!told.startsWith('ERROR')) problems.push(`${what}: answered ${told.slice(0, 60)}`);
      if (/call stack|heap/i.test(told)) problems.push(`${what}: it says ${told.slice(0, 80)}`);
    }
    return problems;
  },
});
