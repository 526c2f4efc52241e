import {
  ControlService,
  type LogLevelHandler,
  type ReloadHandler,
  type WorkHandler,
} from '@receptorjs/control-service';
import { LinkHistory } from '@receptorjs/mesh-diagnostics';
import { MeshNode } from '@receptorjs/netceptor';
import { StreamHost, type StreamListener } from '@receptorjs/netceptor-streams';
import type { Action } from '@receptorjs/receptor-config';
import { defaultDataDir, Workceptor } from '@receptorjs/workceptor';
import { advertisement, clearLocally, listenLocally, serveMesh } from './control-listeners.js';
import { levels, type LevelledLog, type Log } from './log/log.js';
import { payloadTraced, type PayloadTraceLevel } from './log/payload-trace.js';
import { meshDial, wantsTls, type MeshDial } from './mesh-dial.js';
import { meshHandler } from './mesh-handler.js';
import type { NodeSettings } from './node-settings.js';
import { askItself } from './process/ask-itself.js';
import { kubernetesSettings } from './parts/kubernetes-settings.js';
import { workParts } from './parts/work.js';
import { withoutRepeats } from './log/repeated-lines.js';
import { RunningParts } from './running-parts.js';
import { TlsConfigs } from './tls-configs.js';

/** A running node. */
export interface Daemon {
  /** Resolves when the node has ended by itself, with the reason. */
  readonly failed: Promise<Error>;
  /** What the actions of the configuration have started. */
  readonly parts: RunningParts;
  readonly tls: TlsConfigs;
  readonly node: MeshNode;
  readonly work: Workceptor;
  /** Advertises to the mesh which work types there are now. */
  announceWork(): void;
  /** Resolves when the node has answered a request for its status, as it answers clients; rejects when it refuses or the signal comes. */
  answer(signal: AbortSignal): Promise<unknown>;
  /** Closes everything; commands of units go on. */
  close(): Promise<void>;
}

/** What a daemon is started with. */
export interface DaemonOptions {
  readonly settings: NodeSettings;
  readonly actions: readonly Action[];
  readonly version: string;
  readonly log: LevelledLog;
  /** How much of payloads is logged; default: nothing. */
  readonly payloadTrace?: PayloadTraceLevel | undefined;
  /** Variables of OpenTelemetry that only what sends traces is to have; default: none besides those of the process. */
  readonly collectorCredentials?: Readonly<Record<string, string | undefined>> | undefined;
  /** Answers `reload` once the daemon runs; without it the node says that it has no configuration file. */
  readonly reload?: ReloadHandler | undefined;
}

/**
 * Starts everything a configuration names, bottom up: node, TLS, work, control services, services, then links. When a
 * part can't be started, the parts before it are closed again.
 *
 * @throws the error of the part that could not be started
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { settings, actions, version, log } = options;
  let unready: string | undefined = 'the node is starting';
  let controlConnections = (): number => 0;
  const opened: { close(): unknown }[] = [];
  const close = async (): Promise<void> => {
    unready = 'the node is stopping';
    for (const part of opened.splice(0).reverse()) await part.close();
  };
  const keep = <T extends { close(): unknown }>(part: T): T => {
    opened.push(part);
    return part;
  };
  try {
    const controls = actions.filter((each) => each.action === 'control-service');
    // Another daemon on the same socket is found before this one joins a mesh, and no client takes an old file for this node.
    for (const each of controls) await clearLocally(each);
    const node = keep(startNode(options));
    const failed = new Promise<Error>((resolve) => {
      node.once('duplicate-node', () => {
        resolve(new Error(`node ID ${settings.id} is in use by another node of the mesh`));
      });
    });
    const streams = keep(new StreamHost(node, { log }));
    const tls = keep(new TlsConfigs(settings.id, log, settings.tlsClient));
    tls.swap(await tls.prepare([], actions));
    const dial = meshDial({ node, streams, tls });
    const work = keep(makeWork(options, { node, dial, tls, log }));
    const parts = new RunningParts({
      node,
      streams,
      work,
      tls,
      log,
      dataDir: settings.dataDir ?? defaultDataDir(),
      version,
      collectorCredentials: options.collectorCredentials,
      kubernetes: kubernetesSettings(actions, process.env),
      unready: () => unready,
      controlConnections: () => controlConnections(),
    });
    await parts.open(actions.filter(isBeforeUnits));
    await work.start();
    const history = keep(new LinkHistory(node));
    const control = keep(
      new ControlService({
        nodeId: settings.id,
        mesh: meshHandler({ node, dial, history }),
        work: tracedWork(options, work),
        reload: options.reload,
        logLevel: logLevelOf(log),
        version,
        log,
      }),
    );
    controlConnections = () => control.openConnections;
    const listeners: StreamListener[] = [];
    keep({ close: () => listeners.forEach((listener) => listener.close()) });
    const controlParts = { control, streams, tls, work, log };
    for (const each of controls) listeners.push(...(await serveMesh(each, controlParts)));
    // The node closes links itself, and last: the streams' goodbyes go over them.
    await parts.open(actions.filter((each) => !isBeforeUnits(each)));
    keep({ close: () => parts.closeServices() });
    // Last what is looked at to see whether the node is ready: who gets an answer gets a whole one.
    for (const each of controls) await listenLocally(each, controlParts);
    const announceWork = (): void => {
      for (const listener of listeners) {
        listener.updateAdvertisement(advertisement(work));
      }
    };
    const answer = (signal: AbortSignal): Promise<unknown> => askItself(control, signal);
    unready = undefined;
    return { failed, parts, tls, node, work, announceWork, answer, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The units as the control service has them. */
function tracedWork({ payloadTrace, settings, log }: DaemonOptions, work: Workceptor): WorkHandler {
  if (payloadTrace === undefined) return work;
  return payloadTraced(work, payloadTrace, { log, nodeId: settings.id });
}

/** What `log-level` does. */
function logLevelOf(log: LevelledLog): LogLevelHandler {
  return {
    levels,
    get: () => log.level,
    set: (wanted) => {
      const level = levels.find((each) => each === wanted);
      if (level === undefined) return false;
      // said at the level that says more
      if (levels.indexOf(level) > levels.indexOf(log.level)) log.setLevel(level);
      log.info(`Log level is ${level}`);
      log.setLevel(level);
      return true;
    },
  };
}

function startNode({ settings, log }: DaemonOptions): MeshNode {
  return new MeshNode({
    nodeId: settings.id,
    maxIdleConnectionTimeoutMs: settings.maxIdleMs,
    firewallRules: settings.firewallRules,
    log: withoutRepeats(log),
    trace: settings.trace ? (line: string) => log.debug(line) : undefined,
  });
}

/** Whether an action is a type of work, or follows units: these are there before the units that an earlier daemon has left. */
const isBeforeUnits = ({ action }: Action): boolean => action in workParts || action === 'tracing';

function makeWork(
  { settings }: DaemonOptions,
  { node, dial, tls, log }: { node: MeshNode; dial: MeshDial; tls: TlsConfigs; log: Log },
): Workceptor {
  return new Workceptor({
    nodeId: settings.id,
    dataDir: settings.dataDir,
    maxRemoteStdoutBytes: settings.maxRemoteStdoutBytes,
    maxStdinBytes: settings.maxStdinBytes,
    diskReserveBytes: settings.diskReserveBytes,
    room: settings.room,
    dial,
    hasTlsClient: (name) => tls.hasClient(name),
    defaultTlsClient: (nodeId) =>
      wantsTls(node, nodeId, 'control') ? tls.defaultClientName() : undefined,
    onReachable: (nodeId, reached) => {
      const listener = (route: { nodeId: string; via: string | undefined }): void => {
        if (route.nodeId === nodeId && route.via !== undefined) reached();
      };
      node.on('route', listener);
      return () => node.off('route', listener);
    },
    log,
  });
}
