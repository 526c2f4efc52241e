import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { onMesh } from '../on-mesh.mjs';

export default onMesh({
  title: 'one submit with 15 MB of params',
  strike: async ({ hub }) => {
    const socket = connect(hub.socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const request = {
      command: 'work',
      subcommand: 'submit',
      node: 'hub',
      worktype: 'cat',
      params: "'a' ".repeat(3_750_000),
    };
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.write(`${JSON.stringify(request)}\n`);
    socket.end('input\n');
    await Promise.race([once(socket, 'close'), setTimeout(20_000)]);
    socket.destroy();
    return /ERROR/.test(answer)
      ? []
      : [`it was not refused, but answered: ${answer.slice(0, 200)}`];
  },
});
