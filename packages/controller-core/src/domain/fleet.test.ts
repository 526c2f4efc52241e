import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTROL_PLANE, Fleet, type FleetGroup, type FleetNode } from './fleet.js';
import { nodeTypes, runsUserJobs } from './instance.js';

const node = (
  hostname: string,
  nodeType: FleetNode['nodeType'],
  capacity = 10,
  consumed = 0,
): FleetNode => ({ hostname, nodeType, capacity, consumed });
const group = (
  name: string,
  hostnames: readonly string[],
  more: Partial<FleetGroup> = {},
): FleetGroup => ({
  name,
  hostnames,
  isContainerGroup: false,
  maxConcurrentJobs: 0,
  maxForks: 0,
  jobs: 0,
  forks: 0,
  ...more,
});
const job = (impact: number, ...groups: string[]) => ({ impact, isControlTask: false, groups });

describe('a job of a user', () => {
  it('goes to the node that has most left, and its handling to the roomiest control node', () => {
    const fleet = new Fleet(
      [
        node('c1', 'control', 5),
        node('c2', 'control', 9),
        node('a', 'execution', 20, 12),
        node('b', 'execution'),
      ],
      [group(CONTROL_PLANE, ['c1', 'c2']), group('g', ['a', 'b'])],
    );
    expect(fleet.place(job(3, 'g'))).toEqual({
      kind: 'node',
      controllerNode: 'c2',
      executionNode: 'b',
      group: 'g',
    });
    expect([fleet.left('c2'), fleet.left('b')]).toEqual([8, 7]);
    expect(fleet.place(job(3, 'g'))).toMatchObject({ executionNode: 'a' });
  });

  it('is handled by the hybrid node that it runs on, which has room for both', () => {
    const fleet = new Fleet(
      [node('c', 'control'), node('h', 'hybrid', 4)],
      [group(CONTROL_PLANE, ['c', 'h']), group('g', ['h'])],
    );
    expect(fleet.place(job(3, 'g'))).toMatchObject({ controllerNode: 'h', executionNode: 'h' });
    expect(fleet.left('h')).toBe(0);
    expect(fleet.left('c')).toBe(10);
    expect(fleet.place(job(1, 'g'))).toEqual({
      kind: 'wait',
      why: 'no node of instance group g has room for 1',
    });
  });

  it('that is larger than all nodes goes to the largest one that does nothing', () => {
    const nodes = [node('c', 'control'), node('a', 'execution', 4), node('b', 'execution', 6)];
    const groups = [group(CONTROL_PLANE, ['c']), group('g', ['a', 'b'])];
    const fleet = new Fleet(nodes, groups);
    expect(fleet.place(job(50, 'g'))).toMatchObject({ executionNode: 'b' });
    expect(fleet.place(job(50, 'g'))).toMatchObject({ executionNode: 'a' });
    expect(fleet.place(job(50, 'g'))).toMatchObject({ kind: 'wait' });
  });

  it('goes to the first of its groups that takes it', () => {
    const fleet = new Fleet(
      [node('c', 'control'), node('a', 'execution'), node('b', 'execution')],
      [
        group(CONTROL_PLANE, ['c']),
        group('one', ['a'], { maxConcurrentJobs: 1 }),
        group('few', ['a'], { maxForks: 3, forks: 1 }),
        group('pods', [], { isContainerGroup: true }),
      ],
    );
    expect(fleet.place(job(2, 'one', 'few', 'pods'))).toMatchObject({ group: 'one' });
    expect(fleet.place(job(2, 'one', 'few', 'pods'))).toMatchObject({ group: 'few' });
    expect(fleet.place(job(2, 'one', 'few', 'pods'))).toEqual({
      kind: 'container-group',
      controllerNode: 'c',
      group: 'pods',
    });
    expect(fleet.place(job(2, 'one', 'few'))).toEqual({
      kind: 'wait',
      why: 'instance group few has 0 of 3 forks left (max_forks), and it takes 2',
    });
    expect(fleet.place(job(2, 'few', 'one'))).toEqual({
      kind: 'wait',
      why: 'instance group one runs 1 jobs, the most that it may (max_concurrent_jobs)',
    });
  });

  it('waits for a control node', () => {
    const fleet = new Fleet(
      [node('c', 'control', 1), node('a', 'execution')],
      [group(CONTROL_PLANE, ['c']), group('g', ['a'])],
    );
    expect(fleet.place(job(1, 'g'))).toMatchObject({ kind: 'node' });
    expect(fleet.place(job(1, 'g'))).toEqual({
      kind: 'wait',
      why: 'no control node has room for 1',
    });
  });
});

it('work of the control plane runs where it is handled, and takes room for both', () => {
  const fleet = new Fleet(
    [node('c', 'control', 3), node('h', 'hybrid', 7), node('a', 'execution', 90)],
    [group(CONTROL_PLANE, ['c', 'h', 'a'])],
  );
  const update = { impact: 5, isControlTask: true, groups: [] };
  expect(fleet.place(update)).toEqual({
    kind: 'node',
    controllerNode: 'h',
    executionNode: 'h',
    group: CONTROL_PLANE,
  });
  expect(fleet.left('h')).toBe(1);
  expect(fleet.place(update)).toMatchObject({ kind: 'wait' });
});

it('names that are not there are told', () => {
  expect(() => new Fleet([], [group('g', ['x'])])).toThrow(/g has the member x, which is no node/);
  const fleet = new Fleet([node('c', 'control')], [group(CONTROL_PLANE, ['c'])]);
  expect(() => fleet.place(job(1, 'none'))).toThrow(/no instance group none/);
});

const hostnames = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];

const fleets = fc
  .record({
    nodes: fc.uniqueArray(
      fc.record({
        hostname: fc.constantFrom<string>(...hostnames),
        nodeType: fc.constantFrom(...nodeTypes),
        capacity: fc.nat(30),
        consumed: fc.nat(30),
      }),
      { selector: ({ hostname }) => hostname },
    ),
    names: fc.subarray(['one', 'two', 'three']),
    seed: fc.infiniteStream(fc.nat(7)),
    jobs: fc.array(fc.record({ impact: fc.nat(20), isControlTask: fc.boolean() }), {
      maxLength: 30,
    }),
  })
  .map(({ nodes, names, seed, jobs }) => {
    const next = (): number => Number(seed.next().value);
    const all = [CONTROL_PLANE, ...names];
    // hop and control nodes may be in any of them, by mistake
    const groups = all.map((name) =>
      group(
        name,
        nodes.filter(() => next() > 2).map(({ hostname }) => hostname),
        { isContainerGroup: name === 'three', maxConcurrentJobs: next(), maxForks: next() * 5 },
      ),
    );
    return {
      nodes,
      groups,
      jobs: jobs.map((each) => ({ ...each, groups: all.slice(next() % all.length) })),
    };
  });

it('whatever the fleet, jobs of users never run on nodes that are not for them, and no node is overfull', () => {
  fc.assert(
    fc.property(fleets, ({ nodes, groups, jobs }) => {
      const fleet = new Fleet(nodes, groups);
      const typeOf = new Map(nodes.map(({ hostname, nodeType }) => [hostname, nodeType]));
      const busy = new Set(nodes.filter(({ consumed }) => consumed > 0).map((n) => n.hostname));
      for (const each of jobs) {
        const before = new Map(nodes.map(({ hostname }) => [hostname, fleet.left(hostname)]));
        const placed = fleet.place(each);
        if (placed.kind === 'wait') {
          for (const [hostname, left] of before) expect(fleet.left(hostname)).toBe(left);
          continue;
        }
        const controllerType = typeOf.get(placed.controllerNode);
        expect(['control', 'hybrid']).toContain(controllerType);
        busy.add(placed.controllerNode);
        if (placed.kind !== 'node') continue;
        const { executionNode } = placed;
        if (each.isControlTask) expect(executionNode).toBe(placed.controllerNode);
        else expect(runsUserJobs(typeOf.get(executionNode) ?? 'hop')).toBe(true);
        // more than it has goes to a node that did nothing
        if (fleet.left(executionNode) < 0) {
          expect(before.get(executionNode)).toBeGreaterThanOrEqual(0);
          expect(busy.has(executionNode) && executionNode !== placed.controllerNode).toBe(false);
        }
        busy.add(executionNode);
      }
    }),
    { numRuns: 1_000 },
  );
});
