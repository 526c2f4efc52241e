import { ControlClient } from '@receptorjs/control-client';
import { type UnitStatus } from '@receptorjs/control-protocol';
import { ControlService, type MeshHandler } from '@receptorjs/control-service';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { commandWorkType } from './local/command-work-type.js';
import { Workceptor } from './workceptor.js';
import type { WorkceptorOptions } from './workceptor-options.js';

/** A mesh of no other nodes: what tests of units need of one. */
const noMesh: MeshHandler = {
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

/** A workceptor behind a real control service on a unix socket and a TCP port. */
export interface TestNode {
  readonly nodeId: string;
  readonly work: Workceptor;
  readonly socketPath: string;
  readonly port: number;
  /** Folder of the units. */
  readonly unitsDir: string;
  readonly client: () => Promise<ControlClient>;
  /** Submits to `node` and gives the unit's ID. */
  readonly submit: (workType: string, params?: string, node?: string) => Promise<string>;
  readonly status: (unitId: string) => Promise<UnitStatus>;
  /** The whole stdout, once the unit has ended. */
  readonly results: (unitId: string) => Promise<string>;
  /** The final status, once there is one. */
  readonly ended: (unitId: string) => Promise<UnitStatus>;
  /** The first status that is as wanted. */
  readonly reaches: (
    unitId: string,
    wanted: (status: UnitStatus) => boolean,
  ) => Promise<UnitStatus>;
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
    cancelGraceMs: 10_000,
    ...options,
  });
  work.registerWorkType(commandWorkType({ workType: 'cat', command: 'cat' }));
  work.registerWorkType(
    commandWorkType({ workType: 'sh', command: 'sh', allowRuntimeParams: true }),
  );
  work.registerWorkType(commandWorkType({ workType: 'missing', command: '/nonexistent/program' }));
  work.registerWorkType(commandWorkType({ workType: 'folder', command: '/' }));
  work.registerWorkType(commandWorkType({ workType: 'unfindable', command: 'no-such-program' }));
  await work.start();
  const control = new ControlService({ nodeId, mesh: noMesh, work, version: '0.0.0' });
  const socketPath = join(folder, `${nodeId}.sock`);
  await control.listenUnix(socketPath);
  const { address } = await control.listenTcp({ host: '127.0.0.1', port: 0 });
  const client = (): Promise<ControlClient> => ControlClient.connect(socketPath);
  const reaches: TestNode['reaches'] = async (unitId, wanted) => {
    const watcher = await client();
    try {
      for await (const status of watcher.watch(unitId)) if (wanted(status)) return status;
      throw new Error(`unit ${unitId} ended otherwise: ${(await work.status(unitId)).detail}`);
    } finally {
      watcher.close();
    }
  };
  return {
    nodeId,
    work,
    socketPath,
    port: Number(address.split(':')[1]),
    unitsDir: join(folder, 'data', nodeId),
    client,
    submit: async (workType, params, node = nodeId) => {
      const given: Record<string, string> = params === undefined ? {} : { params };
      const request = { node, workType, params: given };
      return (await (await client()).submit(request, 'input\n')).unitId;
    },
    status: (unitId) => work.status(unitId),
    results: async (unitId) => text((await (await client()).resultStream(unitId)) as Readable),
    ended: (unitId) => reaches(unitId, ({ state }) => state >= 2),
    reaches,
    close: async () => {
      await work.close();
      await control.close();
    },
  };
}
