import { expect, it } from 'vitest';
import type { HealthReport, MeshView, MeshWatch, ObservedNode } from '../../ports/mesh.js';
import { FleetMonitor, type DiscoveryPolicy } from './fleet-monitor.js';
import { InstancesInMemory } from './test-instance-store.js';
import { VirtualClock } from '../time/test-virtual-clock.js';
import { WokenLoop } from '../time/woken-loop.js';

const GIBIBYTE = 2 ** 30;
const well: HealthReport = {
  errors: [],
  cpus: 4,
  memoryBytes: 4 * GIBIBYTE,
  version: 'ansible-runner-2.4.0',
  uuid: 'u',
};
const hop: ObservedNode = { hostname: 'hop', workTypes: [], isReachable: true, neighbours: 2 };
const far: ObservedNode = {
  hostname: 'far',
  workTypes: ['ansible-runner'],
  isReachable: true,
  neighbours: 1,
};

/** A mesh that a test changes as it goes on. */
class TestMesh implements MeshWatch {
  nodes: readonly ObservedNode[] = [];
  readonly checks: (readonly [at: number, hostname: string])[] = [];
  health: HealthReport = well;

  constructor(private readonly clock: VirtualClock) {}

  view(): Promise<MeshView> {
    return Promise.resolve({ hostname: 'here', nodes: this.nodes, links: [] });
  }

  cleanUp(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  checkHealth(hostname: string): Promise<HealthReport> {
    this.checks.push([this.clock.now(), hostname]);
    return Promise.resolve(this.health);
  }
}

function fleet(discovery?: DiscoveryPolicy) {
  const clock = new VirtualClock();
  const mesh = new TestMesh(clock);
  const instances = new InstancesInMemory(clock);
  const notices: string[] = [];
  const monitor = new FleetMonitor({
    ...{ mesh, instances, clock, discovery },
    own: {
      nodeType: 'control',
      machine: () => ({ cpus: 2, memoryBytes: 4 * GIBIBYTE }),
      version: '1',
      uuid: 'own',
    },
    onNotice: (sentence) => notices.push(sentence),
  });
  const errors: unknown[] = [];
  const loop = new WokenLoop({
    clock,
    intervalMs: 15_000,
    run: (signal) => monitor.pass(signal),
    onError: (error) => errors.push(error),
  });
  loop.start();
  const state = (hostname: string) => {
    const { node_type, node_state, capacity } = instances.all.get(hostname) ?? {};
    return [node_type, node_state, capacity];
  };
  return { clock, mesh, instances, notices, loop, state, errors };
}

it('a node that appears is registered, checked, and has capacity, and a hop is known as one', async () => {
  const { clock, mesh, notices, state, loop, instances } = fleet();
  await clock.advance(0);
  expect(state('here')).toEqual(['control', 'ready', 20]);
  mesh.nodes = [hop, far, { ...far, hostname: 'client', workTypes: [] }];
  await clock.advance(15_000);
  expect(state('far')).toEqual(['execution', 'ready', 20]);
  expect(state('hop')).toEqual(['hop', 'ready', 0]);
  expect([...instances.all.keys()].sort()).toEqual(['far', 'here', 'hop']);
  expect(notices).toContain('far has appeared in the mesh: execution node');
  expect(instances.recomputed).toBe(2);
  await loop.stop();
});

it('a broken node has no capacity within two minutes, and it comes back by itself', async () => {
  const { clock, mesh, state, instances, loop } = fleet();
  mesh.nodes = [far];
  await clock.advance(31_000);
  mesh.health = { errors: ['no space left'] };
  await clock.advance(120_000 - 20_000);
  expect(state('far')).toEqual(['execution', 'unavailable', 0]);
  expect(instances.all.get('far')?.errors).toBe('no space left');
  mesh.health = well;
  await clock.advance(30_000);
  expect(state('far')).toEqual(['execution', 'ready', 20]);
  await loop.stop();
});

it('a node out of reach loses its capacity at once, without a check, and is checked when it is back', async () => {
  const { clock, mesh, state, loop } = fleet();
  mesh.nodes = [far, hop];
  await clock.advance(16_000);
  const { length } = mesh.checks;
  mesh.nodes = [{ ...far, isReachable: false }];
  await clock.advance(60_000);
  expect(state('far')).toEqual(['execution', 'unavailable', 0]);
  expect(state('hop')).toEqual(['hop', 'unavailable', 0]);
  expect(mesh.checks).toHaveLength(length);
  mesh.nodes = [far, hop];
  await clock.advance(15_000);
  expect(state('far')).toEqual(['execution', 'ready', 20]);
  expect(state('hop')).toEqual(['hop', 'ready', 0]);
  await loop.stop();
});

it('a node that is well is checked each minute, not at each pass', async () => {
  const { clock, mesh, loop } = fleet();
  mesh.nodes = [far];
  await clock.advance(200_000);
  expect(mesh.checks.map(([at]) => at)).toEqual([15_000, 75_000, 135_000, 195_000]);
  await loop.stop();
});

it('a node that is not allowed is left alone, and one that needs approval is not asked before', async () => {
  const { clock, mesh, state, instances, loop } = fleet({
    allows: (hostname) => hostname === 'far',
    needsApproval: true,
  });
  mesh.nodes = [far, { ...far, hostname: 'foreign' }];
  await clock.advance(60_000);
  expect(state('foreign')).toEqual([undefined, undefined, undefined]);
  expect([state('far'), mesh.checks]).toEqual([['execution', 'installed', 0], []]);
  instances.write('far', { approved: true });
  await clock.advance(15_000);
  expect(state('far')).toEqual(['execution', 'ready', 20]);
  await loop.stop();
});

it('one that is disabled has no capacity although it is well, and one that is taken out is not touched', async () => {
  const { clock, mesh, state, instances, loop } = fleet();
  mesh.nodes = [far];
  await clock.advance(15_000);
  instances.write('far', { enabled: false });
  await clock.advance(60_000);
  expect(state('far')).toEqual(['execution', 'ready', 0]);
  instances.write('far', { node_state: 'deprovisioning' });
  const { length } = mesh.checks;
  mesh.nodes = [];
  await clock.advance(300_000);
  expect([state('far'), mesh.checks.length]).toEqual([['execution', 'deprovisioning', 0], length]);
  await loop.stop();
});

it('another controller that does not say that it is there any more is lost, although its node goes on', async () => {
  const { clock, mesh, instances, state, loop } = fleet();
  mesh.nodes = [{ ...far, hostname: 'other', workTypes: ['local'] }];
  await instances.discover({ hostname: 'other', nodeType: 'hybrid' });
  instances.write('other', { node_state: 'ready', capacity: 5, last_seen: new Date(0) });
  await clock.advance(120_000);
  expect(state('other')).toEqual(['hybrid', 'ready', 5]);
  await clock.advance(15_000);
  expect(state('other')).toEqual(['hybrid', 'unavailable', 0]);
  await loop.stop();
});

it('a node that a person has removed does not come back because the mesh shows it', async () => {
  const { clock, mesh, instances, loop } = fleet();
  mesh.nodes = [far];
  await clock.advance(0);
  await instances.remove('far');
  await clock.advance(60_000);
  expect([...instances.all.keys()]).toEqual(['here']);
  await loop.stop();
});

it('a check that a person wants is made at the next look, whenever the last one was', async () => {
  const { clock, mesh, instances, loop } = fleet();
  mesh.nodes = [far];
  await clock.advance(15_000);
  expect(mesh.checks).toHaveLength(1);
  await clock.advance(5_000);
  instances.write('far', { health_check_requested: new Date(clock.now()) });
  await clock.advance(10_000);
  expect(mesh.checks).toHaveLength(2);
  await clock.advance(15_000);
  expect(mesh.checks).toHaveLength(2);
  await loop.stop();
});
