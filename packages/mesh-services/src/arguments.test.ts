import { expect, it } from 'vitest';
import * as services from './index.js';

const wrong = {
  serveTcpClient: [
    { service: 'db', host: '::1', port: '5432' },
    "option 'port' takes a whole number of at least 0, not text",
  ],
  serveTcpServer: [
    { port: 0, remote_node: 'far', remoteService: 'db' },
    "there is no option 'remote_node'; did you mean 'remoteNode'?",
  ],
  serveUnixClient: [{ service: 'db' }, "option 'filename' is missing; it takes text"],
  serveUnixServer: [
    { filename: 'x', permissions: '0660', remoteNode: 'far', remoteService: 'db' },
    "option 'permissions' takes a whole number of at least 0, not text",
  ],
  serveUdpClient: [
    { service: 'dns', host: '::1', port: 53, log: console.log },
    "option 'log' takes a log (an object with error, warning, info, debug), not a function",
  ],
  serveUdpServer: [
    { port: 53, remoteNode: 5, remoteService: 'dns' },
    "option 'remoteNode' takes text, not a number",
  ],
  serveCommand: [
    { service: 'shell', command: ['bash', '-l'] },
    "option 'command' takes text, not a list",
  ],
  serveIpRouter: [
    { networkName: 'net', localNet: '10.0.0.0/30', routes: ['10.1.0.0/16'] },
    "option 'routes' takes text, not a list",
  ],
} satisfies Partial<Record<keyof typeof services, [unknown, string]>>;

const carrier = { dial() {}, listen() {}, openDatagram() {}, advertise() {} } as never;

it.each(Object.entries(wrong))(
  '%s: says which argument is wrong',
  async (name, [options, text]) => {
    const serve = services[name as keyof typeof wrong];
    await expect(serve(carrier, options as never)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: `${name}: ${text}`,
    });
    await expect(serve({} as never, options as never)).rejects.toThrow(
      /^serve\w+: argument '(streams|node)' takes /,
    );
  },
);
