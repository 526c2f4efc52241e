import {
  defaultRates,
  machineCapacity,
  nodeCapacity,
  type CapacityRates,
  type Machine,
} from '../../domain/capacity.js';
import { CONTROL_WORK_TYPE, discoveredType } from '../../domain/discovery.js';
import { isWatched } from '../../domain/instance-states.js';
import { runsControlPlane, type NodeType } from '../../domain/instance.js';
import { isLost } from '../../domain/lost-nodes.js';
import type { Clock } from '../../ports/clock.js';
import type { InstanceStore } from '../../ports/instance-store.js';
import type { HealthReport, MeshView, MeshWatch, ObservedNode } from '../../ports/mesh.js';
import type { Instance } from '../../ports/records/mesh.js';

/** Health checks that go on at once. */
const MAX_CHECKS = 20;

/** What nodes that appear are taken for. */
export interface DiscoveryPolicy {
  /** Whether a node is registered that the mesh shows; default: all are. */
  readonly allows?: ((hostname: string) => boolean) | undefined;
  /** Whether a person has to approve it before it is asked or used. Default false. */
  readonly needsApproval?: boolean | undefined;
}

/** The control node that this process is. */
export interface OwnNode {
  readonly nodeType: Extract<NodeType, 'control' | 'hybrid'>;
  /** Measures the machine. It may throw: the node has no capacity then */
  readonly machine: () => Machine;
  readonly version: string;
  readonly uuid: string;
}

/** What the monitor of a fleet needs. */
export interface FleetMonitorOptions {
  readonly mesh: MeshWatch;
  readonly instances: InstanceStore;
  readonly clock: Clock;
  readonly own: OwnNode;
  readonly discovery?: DiscoveryPolicy | undefined;
  readonly rates?: CapacityRates | undefined;
  /** Milliseconds between two checks of a node that is well. Default 60,000. */
  readonly checkEveryMs?: number | undefined;
  /** The same for one that is not. Default 15,000. */
  readonly checkAgainMs?: number | undefined;
  /** Told of what happens to nodes; a sentence each. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/**
 * Keeps what is known of nodes and links in line with the mesh: registers nodes that appear, has them checked, takes the capacity of those that are broken or out of reach, and gives it
 * back. Jobs are left alone: one that runs on a node out of reach goes on there. Several controllers may do it at the same time; a node is checked by one of them.
 * It keeps nothing between two passes.
 */
export class FleetMonitor {
  constructor(private readonly options: FleetMonitorOptions) {}

  /**
   * Looks at the mesh once, and at each node whose time has come, or that a person wants to be checked. Done each 15 seconds, a broken node has no capacity within two minutes.
   *
   * @throws {MeshError} `unreachable` while the local node does not answer: nothing is known of the others then
   */
  async pass(signal?: AbortSignal): Promise<void> {
    const { mesh, instances } = this.options;
    const view = await mesh.view(signal);
    await this.#keepOwn(view.hostname);
    await this.#register(view);
    await this.#recordLastSeen(view);
    await instances.setLinks(view.links);
    // nodes have come, or a person has changed what groups ask for; it writes nothing where that is nothing
    await instances.recomputeGroups();
    const observed = new Map(view.nodes.map((node) => [node.hostname, node]));
    const all = await instances.list();
    const others = all.filter(({ hostname }) => hostname !== view.hostname);
    await inParallel(MAX_CHECKS, others, (instance) =>
      this.#keep(instance, observed.get(instance.hostname), signal),
    );
  }

  /** The node of this process says how it is itself. */
  async #keepOwn(hostname: string): Promise<void> {
    const { instances, own, clock } = this.options;
    const { nodeType, version, uuid } = own;
    const { instance } = await instances.discover({
      hostname,
      nodeType,
      version,
      approved: true,
    });
    if (!isWatched(instance.node_state)) return;
    await instances.recordLastSeen(new Map([[hostname, new Date(clock.now())]]));
    try {
      const { cpus, memoryBytes } = own.machine();
      await this.#well(instance, { errors: [], cpus, memoryBytes, version, uuid });
    } catch (error) {
      await instances.change(hostname, 'unhealthy', String(error));
    }
  }

  async #register({ nodes, hostname: here }: MeshView): Promise<void> {
    const { instances, discovery = {} } = this.options;
    const { allows = () => true, needsApproval = false } = discovery;
    const known = new Set((await instances.list()).map(({ hostname }) => hostname));
    const removed = await instances.removed();
    for (const node of nodes) {
      const { hostname } = node;
      const nodeType = discoveredType(node);
      if (nodeType === undefined || hostname === here || known.has(hostname)) continue;
      if (!node.isReachable || removed.has(hostname) || !allows(hostname)) continue;
      const { isNew } = await instances.discover({ hostname, nodeType, approved: !needsApproval });
      if (isNew) {
        const waits = needsApproval ? '; it waits for approval' : '';
        this.#notice(`${hostname} has appeared in the mesh: ${nodeType} node${waits}`);
      }
    }
  }

  /** A node that says nothing of itself is seen while there is a route to it. Other controllers say of themselves that they are there: that their nodes are does not tell it. */
  async #recordLastSeen({ nodes, hostname: here }: MeshView): Promise<void> {
    const now = this.options.clock.now();
    const isOfController = ({ hostname, workTypes }: ObservedNode): boolean =>
      hostname !== here && workTypes.includes(CONTROL_WORK_TYPE);
    const times = nodes
      .filter((node) => node.isReachable && !isOfController(node))
      .map(({ hostname, advertisedAt = now }) => [hostname, new Date(advertisedAt)] as const);
    await this.options.instances.recordLastSeen(new Map(times));
  }

  /** Does what is due about a node. */
  async #keep(
    instance: Instance,
    node: ObservedNode | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { hostname, node_type: nodeType, node_state: state, approved } = instance;
    if (!isWatched(state) || !approved) return;
    if (runsControlPlane(nodeType)) return this.#keepController(instance);
    if (node?.isReachable !== true) {
      if (state === 'ready') await this.#broken(instance, `there is no route to ${hostname}`);
      return undefined;
    }
    if (nodeType === 'hop') {
      if (state !== 'ready') await this.#well(instance, { errors: [], cpus: 1, memoryBytes: 0 });
      return undefined;
    }
    return this.#check(instance, signal);
  }

  /** Another controller keeps itself; one that does not any more is lost, and its jobs are adopted by others. */
  async #keepController(instance: Instance): Promise<void> {
    if (instance.node_state !== 'ready') return;
    const { node_type: nodeType, last_seen: lastSeen } = instance;
    if (!isLost({ nodeType, lastSeen: lastSeen?.getTime() }, this.options.clock.now())) return;
    await this.#broken(
      instance,
      `it was not seen since ${lastSeen?.toISOString() ?? 'it was registered'}`,
    );
  }

  async #check(instance: Instance, signal: AbortSignal | undefined): Promise<void> {
    const { mesh, instances, clock, checkEveryMs = 60_000, checkAgainMs = 15_000 } = this.options;
    const { hostname, node_state: state } = instance;
    const everyMs = state === 'ready' ? checkEveryMs : checkAgainMs;
    if (!(await instances.claimHealthCheck(hostname, new Date(clock.now() - everyMs)))) return;
    const report = await mesh.checkHealth(hostname, signal);
    if (signal?.aborted === true) return;
    if (report.errors.length === 0) await this.#well(instance, report);
    else await this.#broken(instance, report.errors.join('\n'));
  }

  async #well(instance: Instance, report: HealthReport): Promise<void> {
    const { instances, rates = defaultRates } = this.options;
    const { hostname, node_type: nodeType, enabled, capacity_adjustment, node_state } = instance;
    const { cpus = 0, memoryBytes = 0, version = '', uuid = '' } = report;
    const machine = machineCapacity({ cpus, memoryBytes }, rates);
    const isHop = nodeType === 'hop';
    const capacity = nodeCapacity({
      nodeType,
      isEnabled: enabled,
      adjustment: Number(capacity_adjustment),
      ...machine,
    });
    await instances.healthy(hostname, {
      cpu: isHop ? 0 : cpus,
      memory: isHop ? 0 : memoryBytes,
      cpuCapacity: isHop ? 0 : machine.cpuCapacity,
      memCapacity: isHop ? 0 : machine.memCapacity,
      capacity,
      version,
      uuid,
    });
    if (node_state !== 'ready')
      this.#notice(`${hostname} is ready, with a capacity of ${capacity}`);
  }

  async #broken(instance: Instance, errors: string): Promise<void> {
    const { hostname, node_state: state } = instance;
    await this.options.instances.change(hostname, 'unhealthy', errors);
    if (state === 'ready') this.#notice(`${hostname} has no capacity any more: ${errors}`);
  }

  #notice(sentence: string): void {
    this.options.onNotice?.(sentence);
  }
}

/** Does something with each, a number of them at once. What fails first fails all, once those that have begun have ended. */
async function inParallel<T>(
  most: number,
  all: readonly T[],
  run: (each: T) => Promise<void>,
): Promise<void> {
  const rest = all.values();
  const ends = await Promise.allSettled(
    Array.from({ length: Math.min(most, all.length) }, async () => {
      // one iterator: each takes what no other has taken
      for (const each of rest) await run(each);
    }),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
