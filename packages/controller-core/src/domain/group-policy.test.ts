import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CONTROL_PLANE } from './fleet.js';
import { groupMembers, type PolicyGroup, type PolicyInstance } from './group-policy.js';
import { nodeTypes, type NodeType } from './instance.js';

const instance = (
  hostname: string,
  nodeType: NodeType = 'execution',
  managedByPolicy = true,
): PolicyInstance => ({ hostname, nodeType, managedByPolicy });
const group = (name: string, more: Partial<PolicyGroup> = {}): PolicyGroup => ({
  name,
  isContainerGroup: false,
  percentage: 0,
  minimum: 0,
  list: [],
  ...more,
});
const members = (instances: PolicyInstance[], ...groups: PolicyGroup[]): unknown =>
  Object.fromEntries(groupMembers(instances, groups));

it('all of each kind are in the two groups of a fresh installation', () => {
  const all = [
    instance('c', 'control'),
    instance('h', 'hybrid'),
    instance('e'),
    instance('x', 'hop'),
  ];
  const full = { percentage: 100 };
  expect(members(all, group(CONTROL_PLANE, full), group('default', full))).toEqual({
    [CONTROL_PLANE]: ['c', 'h'],
    default: ['e', 'h'],
  });
});

it('lists come first, whatever manages who is on them; hops and those that are not there are on none', () => {
  const all = [instance('a', 'execution', false), instance('b'), instance('x', 'hop')];
  const listed = group('g', { list: ['x', 'a', 'gone'], minimum: 2 });
  expect(members(all, listed)).toEqual({ g: ['a', 'b'] });
});

it('groups share what there is: who is in the fewest comes first', () => {
  const all = ['a', 'b', 'c', 'd'].map((name) => instance(name));
  const two = { minimum: 2 };
  expect(members(all, group('one', two), group('two', two))).toEqual({
    one: ['a', 'b'],
    two: ['c', 'd'],
  });
  expect(
    members(all, group('half', { percentage: 50 }), group('third', { percentage: 34 })),
  ).toEqual({
    half: ['a', 'b'],
    third: ['c', 'd'],
  });
});

it('a container group has no members, and only a list brings those whom no policy manages', () => {
  const all = [instance('a', 'execution', false)];
  expect(members(all, group('pods', { isContainerGroup: true, percentage: 100 }))).toEqual({});
  expect(members(all, group('g', { percentage: 100, minimum: 1 }))).toEqual({ g: [] });
});

const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

it('each group has what it asks for, as far as there is any', () => {
  const instances = fc.uniqueArray(
    fc.record({
      hostname: fc.constantFrom(...letters),
      nodeType: fc.constantFrom(...nodeTypes),
      managedByPolicy: fc.boolean(),
    }),
    { selector: ({ hostname }) => hostname },
  );
  const groups = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(CONTROL_PLANE, 'one', 'two', 'three'),
      isContainerGroup: fc.constant(false),
      percentage: fc.nat(100),
      minimum: fc.nat(6),
      list: fc.subarray(letters),
    }),
    { selector: ({ name }) => name },
  );
  fc.assert(
    fc.property(instances, groups, (all, wanted) => {
      const found = groupMembers(all, wanted);
      for (const { name, percentage, minimum, list } of wanted) {
        const has = found.get(name) ?? [];
        expect(new Set(has).size).toBe(has.length);
        const isControl = name === CONTROL_PLANE;
        for (const hostname of has) {
          const { nodeType = 'hop' } = all.find((each) => each.hostname === hostname) ?? {};
          expect(nodeType).not.toBe('hop');
          if (!list.includes(hostname))
            expect(nodeType).not.toBe(isControl ? 'execution' : 'control');
        }
        const pool = all.filter(
          ({ nodeType, managedByPolicy }) =>
            managedByPolicy &&
            nodeType !== 'hop' &&
            nodeType !== (isControl ? 'execution' : 'control'),
        );
        const hasAll = pool.every(({ hostname }) => has.includes(hostname));
        expect(hasAll || has.length >= minimum).toBe(true);
        expect(hasAll || 100 * has.length >= percentage * pool.length).toBe(true);
      }
    }),
  );
});
