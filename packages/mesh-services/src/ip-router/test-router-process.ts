// One node with an IP router, as a process of its own: a test starts it inside a network namespace.
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import { serveIpRouter, type IpRouterOptions } from './serve-ip-router.js';

const setup = JSON.parse(process.argv[2] ?? '') as {
  nodeId: string;
  listen?: { host: string; port: number };
  dial?: { host: string; port: number };
  router: IpRouterOptions;
  /** What the mesh carries at most, as if a link on the way took no more. */
  carries?: number;
};
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const log = { error: say, warning: say, info: say, debug: say };
const node = new MeshNode({ nodeId: setup.nodeId });
if (setup.listen) await listenTcp(node, setup.listen);
if (setup.dial) await dialTcp(node, setup.dial);
const { carries } = setup;
if (carries !== undefined) {
  const open = node.openDatagram.bind(node);
  node.openDatagram = (service) => {
    const socket = open(service);
    const send = socket.send.bind(socket);
    socket.send = (toNode, toService, payload) => {
      if (payload.length <= carries) send(toNode, toService, payload);
      else throw Object.assign(new Error('too large'), { maxPayloadBytes: carries });
    };
    return socket;
  };
}
try {
  const router = await serveIpRouter(node, { ...setup.router, log });
  say(`ready ${router.address}`);
  process.stdin.resume();
  process.stdin.once('end', () => {
    void router.close().then(() => {
      say('closed');
      process.exit();
    });
  });
} catch (error) {
  say(
    `failed ${error instanceof Error && 'code' in error ? String(error.code) : ''} ${String(error)}`,
  );
  process.exit(1);
}
