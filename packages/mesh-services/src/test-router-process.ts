// One node with an IP router, as a process of its own: a test starts it inside a network namespace.
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import { serveIpRouter, type IpRouterOptions } from './serve-ip-router.js';

const setup = JSON.parse(process.argv[2] ?? '') as {
  nodeId: string;
  listen?: { host: string; port: number };
  dial?: { host: string; port: number };
  router: IpRouterOptions;
};
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const log = { error: say, warning: say, info: say, debug: say };
const node = new MeshNode({ nodeId: setup.nodeId });
if (setup.listen) await listenTcp(node, setup.listen);
if (setup.dial) await dialTcp(node, setup.dial);
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
