import { ControlClient } from '@receptorjs/control-client';
import { ControlService, type MeshHandler } from '@receptorjs/control-service';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Dial } from './remote-session.js';
import { Workceptor, type WorkceptorOptions } from './workceptor.js';

/** A mesh of no other nodes: what tests of units need of one. */
export const noMesh: MeshHandler = {
  status: () => ({
    nodeId: 'none',
    connections: [],
    knownConnectionCosts: {},
    routingTable: {},
    advertisements: [],
  }),
  ping: () => Promise.reject(new Error('no route to node')),
  traceroute: () => ({
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: true, value: undefined }),
    }),
  }),
  connect: () => Promise.reject(new Error('no route to node')),
};

/** A workceptor behind a real control service on a unix socket in `folder`. */
export interface TestNode {
  readonly nodeId: string;
  readonly socketPath: string;
  readonly work: Workceptor;
  readonly client: () => Promise<ControlClient>;
  readonly close: () => Promise<void>;
}

/** Starts a node; its units are in `<folder>/data/<node ID>`. */
export async function startTestNode(
  folder: string,
  nodeId: string,
  options: Partial<WorkceptorOptions> = {},
): Promise<TestNode> {
  const work = new Workceptor({
    nodeId,
    dataDir: join(folder, 'data'),
    cancelGraceMs: 2_000,
    ...options,
  });
  work.registerCommand({ workType: 'cat', command: 'cat' });
  work.registerCommand({ workType: 'sh', command: 'sh', allowRuntimeParams: true });
  work.registerCommand({ workType: 'gone', command: '/nonexistent/program' });
  await work.start();
  const control = new ControlService({ nodeId, mesh: noMesh, work, version: '0.0.0' });
  const socketPath = join(folder, `${nodeId}.sock`);
  await control.listenUnix(socketPath);
  return {
    nodeId,
    socketPath,
    work,
    client: () => ControlClient.connect(socketPath),
    close: async () => {
      await work.close();
      await control.close();
    },
  };
}

/** Dials the control socket of the node of that name in `folder`, as the mesh would its control service. */
export function dialIn(folder: string): Dial {
  return async (nodeId) => {
    const socket = connect({ path: join(folder, `${nodeId}.sock`), allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  };
}
