import { ControlService } from '@receptorjs/control-service';
import { serveTcpClient, serveTcpServer } from '@receptorjs/mesh-services';
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import { StreamHost } from '@receptorjs/netceptor-streams';
import { Workceptor } from '@receptorjs/workceptor';
import type { Log } from './log.js';
import { meshHandler } from './mesh-handler.js';
import { dialAddress, listenAddress, type Plan } from './plan.js';

/** A running node. */
export interface Daemon {
  /** Resolves when the node has ended by itself, with the reason. */
  readonly failed: Promise<Error>;
  /** Closes everything; commands of units go on. */
  close(): Promise<void>;
}

/**
 * Starts everything a plan names, bottom up: node, work, services, then links. When a part can't be started, the
 * parts before it are closed again.
 *
 * @throws the error of the part that could not be started
 */
export async function startDaemon(plan: Plan, version: string, log: Log): Promise<Daemon> {
  const opened: { close(): unknown }[] = [];
  const close = async (): Promise<void> => {
    for (const part of opened.splice(0).reverse()) await part.close();
  };
  const keep = <T extends { close(): unknown }>(part: T): T => {
    opened.push(part);
    return part;
  };
  try {
    const node = keep(
      new MeshNode({
        nodeId: plan.node.id,
        maxIdleConnectionTimeoutMs: plan.node.maxIdleMs,
        log,
      }),
    );
    const failed = new Promise<Error>((resolve) => {
      node.once('duplicate-node', () => {
        resolve(new Error(`node ID ${plan.node.id} is in use by another node of the mesh`));
      });
    });
    const streams = keep(new StreamHost(node));
    const work = keep(startWork(plan, node, streams, log));
    await work.start();
    await startControl(plan, { node, streams, work, version, log }, keep);
    await startProxies(plan, streams, log, keep);
    // The node closes its links itself, and last: the streams' goodbyes go over them.
    await startLinks(plan, node, log);
    return { failed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Clients tell kinds of failure by the number at the end; 4 is that of a configuration that can't be taken. */
const notReloadable =
  'this version reads its configuration at start only, restart receptor ERRORCODE 4';

type Keep = <T extends { close(): unknown }>(part: T) => T;

function startWork(plan: Plan, node: MeshNode, streams: StreamHost, log: Log): Workceptor {
  const work = new Workceptor({
    nodeId: node.nodeId,
    dataDir: plan.node.dataDir,
    dial: (nodeId, service, { signal }) => streams.dial(nodeId, service, { signal }),
    onReachable: (nodeId, reached) => {
      const listener = (route: { nodeId: string; via: string | undefined }): void => {
        if (route.nodeId === nodeId && route.via !== undefined) reached();
      };
      node.on('route', listener);
      return () => node.off('route', listener);
    },
    log,
  });
  for (const { worktype, command, params, allowruntimeparams } of plan.workCommands) {
    work.registerCommand({
      workType: worktype,
      command,
      params,
      allowRuntimeParams: allowruntimeparams,
    });
  }
  return work;
}

async function startControl(
  plan: Plan,
  parts: { node: MeshNode; streams: StreamHost; work: Workceptor; version: string; log: Log },
  keep: Keep,
): Promise<void> {
  const { node, streams, work, version, log } = parts;
  const control = keep(
    new ControlService({
      nodeId: node.nodeId,
      mesh: meshHandler(node, streams),
      work,
      reload: () => Promise.resolve({ success: false, error: notReloadable }),
      version,
      log,
    }),
  );
  for (const { service, filename, permissions, tcplisten } of plan.controlServices) {
    if (filename) await control.listenUnix(filename, permissions);
    if (tcplisten) await control.listenTcp(listenAddress(tcplisten));
    if (service) {
      const description = {
        tags: { type: 'Control Service' },
        workCommands: work.workCommands(),
      };
      keep(
        await streams.listen(service, description, (stream) => {
          void control.serve(stream, { transport: 'mesh' });
        }),
      );
    }
    log.info(`Running control service ${service || filename || tcplisten || ''}`);
  }
}

async function startProxies(plan: Plan, streams: StreamHost, log: Log, keep: Keep): Promise<void> {
  for (const { port, bindaddr, remotenode, remoteservice } of plan.tcpServers) {
    keep(
      await serveTcpServer(streams, {
        host: bindaddr,
        port,
        remoteNode: remotenode,
        remoteService: remoteservice,
        log,
      }),
    );
  }
  for (const { service, address } of plan.tcpClients) {
    keep(await serveTcpClient(streams, { service, ...dialAddress(address), log }));
  }
}

async function startLinks(plan: Plan, node: MeshNode, log: Log): Promise<void> {
  for (const { bindaddr, port, cost, nodecost, allowedpeers } of plan.listeners) {
    const listener = await listenTcp(node, {
      host: bindaddr,
      port,
      cost,
      nodeCost: nodecost,
      allowedPeers: allowedpeers,
    });
    log.info(`Listening on TCP ${listener.address.host}:${listener.address.port}`);
  }
  for (const { address, redial, cost, allowedpeers } of plan.peers) {
    const link = dialTcp(node, {
      ...dialAddress(address),
      redial,
      cost,
      allowedPeers: allowedpeers,
    });
    if (redial) await link;
    else
      void link.catch((error: unknown) => {
        log.error(
          `Backend connection failed: ${error instanceof Error ? error.message : String(error)}`,
        );
      });
  }
}
