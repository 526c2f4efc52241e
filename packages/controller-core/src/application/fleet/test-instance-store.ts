import { nextInstanceState, type InstanceEvent } from '../../domain/instance-states.js';
import type {
  InstanceHealth,
  InstanceStore,
  NewInstance,
  UpLink,
} from '../../ports/instance-store.js';
import type { Instance } from '../../ports/records/mesh.js';
import type { Clock } from '../../ports/clock.js';

/** Instances of a test, in memory, by the rules of the domain. It alone writes its fields. */
export class InstancesInMemory implements InstanceStore {
  readonly all = new Map<string, Instance>();
  links: readonly UpLink[] = [];
  recomputed = 0;
  readonly #removed = new Set<string>();

  constructor(private readonly clock: Clock) {}

  list(): Promise<readonly Instance[]> {
    return Promise.resolve([...this.all.values()]);
  }

  get(hostname: string): Promise<Instance | undefined> {
    return Promise.resolve(this.all.get(hostname));
  }

  discover({ hostname, nodeType, managed = false, approved = true, version = '' }: NewInstance) {
    const there = this.all.get(hostname);
    if (there !== undefined) return Promise.resolve({ instance: there, isNew: false });
    const now = new Date(this.clock.now());
    const instance: Instance = {
      id: this.all.size + 1,
      hostname,
      uuid: '',
      node_type: nodeType,
      node_state: 'installed',
      enabled: true,
      managed,
      managed_by_policy: true,
      approved,
      capacity_adjustment: '1.00',
      cpu: '0',
      memory: 0,
      cpu_capacity: 0,
      mem_capacity: 0,
      capacity: 0,
      version,
      errors: '',
      ip_address: null,
      listener_port: null,
      peers_from_control_nodes: false,
      drain_deadline: null,
      drain_action: 'wait',
      last_seen: null,
      last_health_check: null,
      health_check_started: null,
      health_check_requested: null,
      created: now,
      modified: now,
    };
    this.all.set(hostname, instance);
    return Promise.resolve({ instance, isNew: true });
  }

  recordLastSeen(times: ReadonlyMap<string, Date>): Promise<void> {
    for (const [hostname, time] of times) {
      const { last_seen: before = null } = this.all.get(hostname) ?? {};
      if (before === null || before < time) this.write(hostname, { last_seen: time });
    }
    return Promise.resolve();
  }

  claimHealthCheck(hostname: string, notSince: Date): Promise<boolean> {
    const { health_check_started: started = null, health_check_requested: requested = null } =
      this.all.get(hostname) ?? {};
    const isWanted = requested !== null && (started === null || requested > started);
    if (started !== null && started > notSince && !isWanted) return Promise.resolve(false);
    this.write(hostname, { health_check_started: new Date(this.clock.now()) });
    return Promise.resolve(true);
  }

  healthy(hostname: string, health: InstanceHealth): Promise<Instance | undefined> {
    const { cpu, memory, cpuCapacity, memCapacity, capacity, version, uuid } = health;
    return this.#event(hostname, 'healthy', {
      ...{ cpu: String(cpu), memory, capacity, version, uuid, errors: '' },
      cpu_capacity: cpuCapacity,
      mem_capacity: memCapacity,
      last_health_check: new Date(this.clock.now()),
    });
  }

  change(hostname: string, event: InstanceEvent, errors = ''): Promise<Instance | undefined> {
    return this.#event(hostname, event, { errors, capacity: 0 });
  }

  remove(hostname: string): Promise<boolean> {
    this.#removed.add(hostname);
    return Promise.resolve(this.all.delete(hostname));
  }

  removed(): Promise<ReadonlySet<string>> {
    return Promise.resolve(this.#removed);
  }

  setLinks(up: readonly UpLink[]): Promise<void> {
    this.links = up;
    return Promise.resolve();
  }

  recomputeGroups(): Promise<void> {
    this.recomputed += 1;
    return Promise.resolve();
  }

  /** What a person changes. */
  write(hostname: string, values: Partial<Instance>): void {
    const instance = this.all.get(hostname);
    if (instance !== undefined) this.all.set(hostname, { ...instance, ...values });
  }

  #event(hostname: string, event: InstanceEvent, values: Partial<Instance>) {
    const instance = this.all.get(hostname);
    if (instance !== undefined) {
      const node_state = nextInstanceState(instance.node_state, event);
      this.write(hostname, { ...values, node_state });
    }
    return Promise.resolve(this.all.get(hostname));
  }
}
