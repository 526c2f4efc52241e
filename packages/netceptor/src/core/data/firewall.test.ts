import { describe, expect, it } from 'vitest';
import { SimulatedMesh, type SimulatedNode } from '@receptorjs/netceptor-simulator';
import type { UnreachableNotice } from './unreachable-notice.js';
import { Firewall } from './firewall.js';
import { parseFirewallRules, type FirewallSubject } from './firewall-rules.js';

const subject = (changes: Partial<FirewallSubject> = {}): FirewallSubject => ({
  fromNode: 'a',
  toNode: 'b',
  fromService: 'abcdefgh',
  toService: 'control',
  ...changes,
});

/** What one rule with this pattern for `tonode` says about these names. */
function matching(tonode: string, names: readonly string[]): string[] {
  const firewall = new Firewall();
  firewall.set(parseFirewallRules([{ action: 'drop', tonode }]));
  return names.filter((toNode) => firewall.match(subject({ toNode })).action === 'drop');
}

describe('rules', () => {
  it('take keys and actions in any case, and patterns as they are', () => {
    expect(
      parseFirewallRules([
        { Action: 'ReJect', FROMNODE: 'A', toService: '/con.*/' },
        { action: 'accept' },
      ]),
    ).toEqual([{ action: 'reject', fromNode: 'A', toService: '/con.*/' }, { action: 'accept' }]);
  });

  it.each<[unknown, string]>([
    [{ action: 'allow' }, 'error in rule 1: unknown action: allow'],
    [{}, 'error in rule 1: unknown action: '],
    [{ action: 'drop', node: 'a' }, 'error in rule 1: invalid filewall rule. unknown key: node'],
    [
      { action: 'drop', tonode: 7 },
      'error in rule 1: invalid firewall rule. tonode must be a string',
    ],
    ['drop', 'error in rule 1: invalid firewall rule. see documentation for syntax'],
    [null, 'error in rule 1: invalid firewall rule. see documentation for syntax'],
    [
      { action: 'drop', tonode: 'a', ToNode: 'b' },
      'error in rule 1: invalid firewall rule. tonode is given twice',
    ],
    // With the original, such a field matches everything.
    [{ action: 'accept', fromnode: '/a' }, 'error in rule 1: regex not enclosed in //'],
    [{ action: 'accept', fromnode: '/' }, 'error in rule 1: regex not enclosed in //'],
    [{ action: 'accept', fromnode: '/(/' }, 'error in rule 1: regex failed to compile: ^($'],
    [{ action: 'accept', fromnode: '/(a)\\1/' }, 'error in rule 1: regex failed to compile: '],
    [{ action: 'accept', fromnode: '/(?=a)/' }, 'error in rule 1: regex failed to compile: '],
  ])('are refused when they are %j', (rule, message) => {
    let refused: unknown;
    try {
      parseFirewallRules([{ action: 'accept' }, rule]);
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({
      code: 'invalid-firewall-rule',
      message: expect.stringContaining(message) as string,
      hint: expect.stringContaining('accept, reject, drop') as string,
    });
  });

  it('match exact texts and whole regular expressions', () => {
    const names = ['east', 'east-1', 'east-22', 'xeast-1', 'East', 'east-1\n', ''];
    expect(matching('east', names)).toEqual(['east']);
    expect(matching('/east-[0-9]+/', names)).toEqual(['east-1', 'east-22']);
    expect(matching('/(?i)east/', names)).toEqual(['east', 'East']);
    expect(matching('', names)).toEqual(names);
    expect(matching('//', names)).toEqual(['']);
    expect(matching('/a|c/', ['a', 'ab', 'bc', 'b'])).toEqual(['a', 'ab', 'bc']);
    expect(matching('/[[:alpha:]]+/', names)).toEqual(['east', 'East']);
  });

  it('take the time the name has, whatever the pattern', () => {
    const started = performance.now();
    matching('/(a*)*b/', ['a'.repeat(1024)]);
    matching('/(a|a)*b/', ['a'.repeat(1024)]);
    // Two to the power of 1,024 steps when each way is tried.
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('decide by the first that matches; nothing that matches accepts', () => {
    const firewall = new Firewall();
    firewall.set(
      parseFirewallRules([
        { action: 'accept', fromnode: 'a', toservice: 'control' },
        { action: 'reject', fromnode: 'a' },
        { action: 'drop', tonode: 'b' },
      ]),
    );
    expect(firewall.match(subject())).toMatchObject({ action: 'accept', index: 0 });
    expect(firewall.match(subject({ toService: 'other' }))).toEqual({
      action: 'reject',
      index: 1,
      rule: { action: 'reject', fromNode: 'a' },
    });
    expect(firewall.match(subject({ fromNode: 'c' }))).toMatchObject({ action: 'drop', index: 2 });
    expect(firewall.match(subject({ fromNode: 'c', toNode: 'd' }))).toEqual({ action: 'accept' });
  });
});

interface Inbox {
  readonly service: string;
  readonly received: string[];
  readonly notices: UnreachableNotice[];
}

function inbox({ core }: SimulatedNode, service?: string): Inbox {
  const received: string[] = [];
  const notices: UnreachableNotice[] = [];
  const name = core.dataPlane.open(service, {
    receive: (payload) => received.push(payload.toString()),
    unreachable: (notice) => notices.push(notice),
  });
  return { service: name, received, notices };
}

/** a - hop - b, with a service on either end. */
function threeNodes(): {
  mesh: SimulatedMesh;
  a: SimulatedNode;
  hop: SimulatedNode;
  b: SimulatedNode;
  near: Inbox;
  far: Inbox;
} {
  const mesh = new SimulatedMesh();
  const [a, hop, b] = [mesh.add('a'), mesh.add('hop'), mesh.add('b')];
  mesh.link(a, hop);
  mesh.link(hop, b);
  mesh.run(1000);
  return { mesh, a, hop, b, near: inbox(a), far: inbox(b, 'far') };
}

const setRules = ({ core }: SimulatedNode, ...rules: object[]): void =>
  core.dataPlane.firewall.set(parseFirewallRules(rules));

describe('a node with rules', () => {
  it.each(['hop', 'b'] as const)('reports what it rejects: %s', (where) => {
    const nodes = threeNodes();
    const { mesh, a, near, far } = nodes;
    setRules(nodes[where], { action: 'reject', fromnode: 'a', toservice: 'far' });
    for (let count = 0; count < 3; count++) {
      a.core.dataPlane.send(near.service, 'b', 'far', Buffer.from('x'));
    }
    mesh.run(100);
    expect(far.received).toEqual([]);
    expect(near.notices).toHaveLength(3);
    expect(near.notices[0]).toMatchObject({
      problem: 'blocked by firewall',
      reportedBy: where,
      toNode: 'b',
      toService: 'far',
    });
  });

  it('says nothing of what it drops, and follows new rules at once', () => {
    const { mesh, a, hop, near, far } = threeNodes();
    const say = (text: string): void => {
      a.core.dataPlane.send(near.service, 'b', 'far', Buffer.from(text));
      mesh.run(100);
    };
    setRules(hop, { action: 'drop', tonode: '/b/' });
    say('one');
    setRules(hop, { action: 'accept', fromservice: near.service }, { action: 'drop' });
    say('two');
    setRules(hop);
    say('three');
    expect(far.received).toEqual(['two', 'three']);
    expect(near.notices).toEqual([]);
  });

  it('checks its own messages, pings and reports as well', () => {
    const { mesh, a, b, near, far } = threeNodes();
    setRules(a, { action: 'reject', toservice: 'far' }, { action: 'drop', toservice: 'gone' });
    expect(() => a.core.dataPlane.send(near.service, 'b', 'far', Buffer.alloc(0))).toThrow(
      expect.objectContaining({ code: 'blocked-by-firewall', message: 'blocked by firewall' }),
    );
    a.core.dataPlane.send(near.service, 'b', 'gone', Buffer.alloc(0));
    setRules(
      b,
      { action: 'reject', fromservice: 'ping' },
      { action: 'drop', toservice: 'unreach' },
    );
    a.core.dataPlane.send(near.service, 'b', 'ping', Buffer.alloc(0));
    a.core.dataPlane.send(near.service, 'b', 'nothing', Buffer.alloc(0));
    mesh.run(100);
    expect([near.notices, near.received, far.received]).toEqual([[], [], []]);
  });

  it('reports to the service of a path what it rejects itself', () => {
    const { mesh, a, near, far } = threeNodes();
    const path = a.core.dataPlane.path(near.service, 'b', 'far');
    const say = (text: string): void => {
      const room = path.reserve(10);
      path.commit(room?.write(text) ?? 0);
      mesh.run(100);
    };
    say('one');
    setRules(a, { action: 'reject', tonode: 'b' });
    say('two');
    setRules(a, { action: 'drop', tonode: 'b' });
    say('three');
    setRules(a);
    say('four');
    expect(far.received).toEqual(['one', 'four']);
    expect(near.notices.map(({ problem, reportedBy }) => [problem, reportedBy])).toEqual([
      ['blocked by firewall', 'a'],
    ]);
  });

  it('keeps the rules it has when new ones are refused', () => {
    const { a } = threeNodes();
    setRules(a, { action: 'drop' });
    expect(() => a.core.dataPlane.firewall.set([{ action: 'drop', toNode: '/(/' }])).toThrow();
    expect(a.core.dataPlane.firewall.rules).toEqual([{ action: 'drop' }]);
  });

  it('leaves routes and advertisements alone', () => {
    const { mesh, a, hop } = threeNodes();
    setRules(hop, { action: 'drop' });
    const late = mesh.add('late');
    mesh.link(hop, late);
    late.core.advertisements.advertise(mesh.now, 'svc', { connectionType: 0, tags: null });
    mesh.run(1000);
    expect(a.core.isReachable('late')).toBe(true);
    expect(a.core.status().advertisements.map(({ nodeId }) => nodeId)).toEqual(['late']);
  });
});

describe('a link that carries less than the largest message', () => {
  it('is reported with what it carries, by a hop as by the node itself', () => {
    const mesh = new SimulatedMesh();
    const [a, hop, b] = [mesh.add('a'), mesh.add('hop'), mesh.add('b')];
    mesh.link(a, hop);
    mesh.link(hop, b, { maxMessageBytes: 1400 });
    mesh.run(1000);
    const [near, middle, far] = [inbox(a), inbox(hop), inbox(b, 'far')];
    for (const size of [1364, 1365]) {
      a.core.dataPlane.send(near.service, 'b', 'far', Buffer.alloc(size));
    }
    mesh.run(100);
    expect(far.received.map(({ length }) => length)).toEqual([1364]);
    const notice = {
      problem: 'message too large for link',
      maxPayloadBytes: 1364,
      reportedBy: 'hop',
    };
    expect(near.notices).toEqual([{ ...notice, toNode: 'b', toService: 'far' }]);

    expect(() => hop.core.dataPlane.send(middle.service, 'b', 'far', Buffer.alloc(1365))).toThrow(
      expect.objectContaining({ code: 'message-too-long', maxPayloadBytes: 1364 }),
    );
    const path = hop.core.dataPlane.path(middle.service, 'b', 'far');
    expect(path.maxPayloadBytes).toBe(1364);
    expect(path.reserve()).toHaveLength(1364);
    path.commit(0);
    path.reserve(2000);
    path.commit(2000);
    expect(middle.notices).toEqual([{ ...notice, toNode: 'b', toService: 'far' }]);
    expect(a.core.dataPlane.path(near.service, 'b', 'far').maxPayloadBytes).toBe(65_499);
  });
});
