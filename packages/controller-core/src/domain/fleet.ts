import { DomainError } from './domain-error.js';
import { runsControlPlane, runsUserJobs, type NodeType } from './instance.js';
import { CONTROL_IMPACT } from './task-impact.js';

/** The group whose members run the control plane. */
export const CONTROL_PLANE = 'controlplane';

/** A node that is ready and enabled. */
export interface FleetNode {
  readonly hostname: string;
  readonly nodeType: NodeType;
  /** Forks that it takes, and those that are taken. */
  readonly capacity: number;
  readonly consumed: number;
}

/** An instance group. */
export interface FleetGroup {
  readonly name: string;
  /** Its jobs run in pods, on no node of the fleet. */
  readonly isContainerGroup: boolean;
  /** 0 for as many as there may be. */
  readonly maxConcurrentJobs: number;
  readonly maxForks: number;
  /** Of its members. */
  readonly hostnames: readonly string[];
  /** What runs through it: jobs that went elsewhere do not count, although they may be on its nodes. */
  readonly jobs: number;
  readonly forks: number;
}

/** What is to be placed. */
export interface PlacementRequest {
  /** Forks that it takes. */
  readonly impact: number;
  /** Whether it is work of the control plane. */
  readonly isControlTask: boolean;
  /** Names of groups, the best one first; of no matter for work of the control plane. */
  readonly groups: readonly string[];
}

/** Where something runs, or why it can't now. */
export type Placement =
  | {
      readonly kind: 'node';
      readonly controllerNode: string;
      readonly executionNode: string;
      readonly group: string;
    }
  | { readonly kind: 'container-group'; readonly controllerNode: string; readonly group: string }
  | { readonly kind: 'wait'; readonly why: string };

interface Room {
  readonly node: FleetNode;
  left: number;
  isIdle: boolean;
}

interface GroupRoom {
  readonly group: FleetGroup;
  readonly members: readonly Room[];
  jobs: number;
  forks: number;
}

/**
 * The room of all nodes and groups during a pass of the scheduler. What is placed takes its room at once. It alone writes its fields.
 *
 * Jobs of users run on `execution` and `hybrid` nodes alone, work of the control plane on `control` and `hybrid` ones.
 */
export class Fleet {
  readonly #rooms = new Map<string, Room>();
  readonly #groups = new Map<string, GroupRoom>();
  readonly #controllers: readonly Room[];

  /** @throws {DomainError} `unknown-name` where a group has a member that is no node */
  constructor(nodes: readonly FleetNode[], groups: readonly FleetGroup[]) {
    for (const node of nodes) {
      const left = node.capacity - node.consumed;
      this.#rooms.set(node.hostname, { node, left, isIdle: node.consumed === 0 });
    }
    for (const group of groups) {
      const members = group.hostnames.map((hostname) => this.#room(group, hostname));
      this.#groups.set(group.name, { group, members, jobs: group.jobs, forks: group.forks });
    }
    const { members = [] } = this.#groups.get(CONTROL_PLANE) ?? {};
    this.#controllers = members.filter(({ node }) => runsControlPlane(node.nodeType));
  }

  /** Forks that a node still takes; less than 0 where a job is larger than it. */
  left(hostname: string): number {
    return this.#rooms.get(hostname)?.left ?? 0;
  }

  /**
   * Finds a place, and takes it.
   *
   * @throws {DomainError} `unknown-name` for a group that there is not
   */
  place({ impact, isControlTask, groups }: PlacementRequest): Placement {
    const need = isControlTask ? impact + CONTROL_IMPACT : CONTROL_IMPACT;
    const controller = roomiest(this.#controllers, () => need);
    if (controller === undefined) {
      return { kind: 'wait', why: `no control node has room for ${need}` };
    }
    if (isControlTask) {
      take(controller, need);
      const { hostname } = controller.node;
      return {
        kind: 'node',
        controllerNode: hostname,
        executionNode: hostname,
        group: CONTROL_PLANE,
      };
    }
    let why = 'it has no instance group';
    for (const name of groups) {
      const room = this.#groups.get(name);
      if (room === undefined) {
        throw new DomainError('unknown-name', `there is no instance group ${name}`);
      }
      const full = fullness(room, impact);
      if (full === undefined) {
        if (room.group.isContainerGroup) return this.#take(room, controller, undefined, impact);
        const node = nodeFor(room.members, impact);
        if (node) return this.#take(room, controller, node, impact);
      }
      why = full ?? `no node of instance group ${name} has room for ${impact}`;
    }
    return { kind: 'wait', why };
  }

  /**
   * Takes a place that was found earlier, in another fleet perhaps; says why not where there is no room for it any more.
   *
   * @throws {DomainError} `unknown-name` for a group that there is not
   */
  confirm(
    { impact, isControlTask }: Pick<PlacementRequest, 'impact' | 'isControlTask'>,
    place: {
      readonly controllerNode: string;
      /** Absent in a container group. */
      readonly executionNode?: string | undefined;
      readonly group: string;
    },
  ): string | undefined {
    const { controllerNode, executionNode, group } = place;
    const controller = this.#controllers.find(({ node }) => node.hostname === controllerNode);
    const need = isControlTask ? impact + CONTROL_IMPACT : CONTROL_IMPACT;
    const handler =
      controller ??
      (controllerNode === executionNode ? this.#rooms.get(controllerNode) : undefined);
    if (handler === undefined) return `${controllerNode} is not in the control plane`;
    if (isControlTask) {
      if (handler.left < need) return `${controllerNode} has no room for ${need}`;
      take(handler, need);
      return undefined;
    }
    const room = this.#groups.get(group);
    if (room === undefined) {
      throw new DomainError('unknown-name', `there is no instance group ${group}`);
    }
    const full = fullness(room, impact);
    if (full !== undefined) return full;
    if (executionNode === undefined) {
      if (handler.left < need) return `${controllerNode} has no room for ${need}`;
      this.#take(room, handler, undefined, impact);
      return undefined;
    }
    const members = room.members.filter(({ node }) => node.hostname === executionNode);
    const node = nodeFor(members, impact);
    if (node === undefined) return `${executionNode} has no room for ${impact}`;
    if (handler !== node && handler.left < need) return `${controllerNode} has no room for ${need}`;
    this.#take(room, handler, node, impact);
    return undefined;
  }

  #take(room: GroupRoom, controller: Room, node: Room | undefined, impact: number): Placement {
    room.jobs += 1;
    room.forks += impact;
    const group = room.group.name;
    // a hybrid node handles its own
    const handler = node?.node.nodeType === 'hybrid' ? node : controller;
    take(handler, CONTROL_IMPACT);
    const controllerNode = handler.node.hostname;
    if (node === undefined) return { kind: 'container-group', controllerNode, group };
    take(node, impact);
    return { kind: 'node', controllerNode, executionNode: node.node.hostname, group };
  }

  #room(group: FleetGroup, hostname: string): Room {
    const room = this.#rooms.get(hostname);
    if (room) return room;
    throw new DomainError(
      'unknown-name',
      `instance group ${group.name} has the member ${hostname}, which is no node`,
    );
  }
}

function take(room: Room, forks: number): void {
  room.left -= forks;
  room.isIdle = false;
}

/** What keeps a group from taking one more. */
function fullness({ group, jobs, forks }: GroupRoom, impact: number): string | undefined {
  const { name, maxConcurrentJobs, maxForks } = group;
  if (maxConcurrentJobs > 0 && jobs >= maxConcurrentJobs) {
    return `instance group ${name} runs ${jobs} jobs, the most that it may (max_concurrent_jobs)`;
  }
  if (maxForks > 0 && forks + impact > maxForks) {
    return `instance group ${name} has ${maxForks - forks} of ${maxForks} forks left (max_forks), and it takes ${impact}`;
  }
  return undefined;
}

/** The node that has most left behind it; where none has enough, the largest one that does nothing: otherwise a job that is larger than all would never run. */
function nodeFor(members: readonly Room[], impact: number): Room | undefined {
  const able = members.filter(({ node }) => runsUserJobs(node.nodeType) && node.capacity > 0);
  const needOf = ({ node }: Room): number =>
    node.nodeType === 'hybrid' ? impact + CONTROL_IMPACT : impact;
  const fitting = roomiest(able, needOf);
  if (fitting) return fitting;
  const idle = able.filter((room) => room.isIdle);
  return idle.reduce<Room | undefined>(
    (best, room) => (best && best.node.capacity >= room.node.capacity ? best : room),
    undefined,
  );
}

function roomiest(rooms: readonly Room[], needOf: (room: Room) => number): Room | undefined {
  let best: Room | undefined;
  let most = -1;
  for (const room of rooms) {
    const left = room.left - needOf(room);
    if (left > most) [best, most] = [room, left];
  }
  return best;
}
