import { once } from 'node:events';
import { ControlService } from '@receptorjs/control-service';
import { MeshNode, type FirewallRule } from '@receptorjs/netceptor';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import { StreamHost } from '@receptorjs/netceptor-streams';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { explain, type ExplainParts } from './explain.js';
import { LinkHistory } from './link-history.js';
import type { Direction, FirewallVerdict } from './node-questions.js';

interface TestNode {
  readonly node: MeshNode;
  readonly parts: ExplainParts;
}

// What a certificate is read by is loaded when there is one: here not in the time of a test.
beforeAll(() => import('@receptorjs/certificates'));

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A node with a control service, as the daemon puts it together. */
async function start(nodeId: string, firewallRules: readonly FirewallRule[]): Promise<TestNode> {
  const node = new MeshNode({ nodeId, firewallRules });
  const streams = new StreamHost(node);
  const history = new LinkHistory(node);
  const firewall = (message: Direction): FirewallVerdict => {
    const { action, index } = node.firewall.match(message);
    return { action, rule: index === undefined ? undefined : `rule ${index + 1}` };
  };
  const control = new ControlService({
    nodeId,
    version: '1',
    mesh: {
      status: () => node.status(),
      ping: (target, options) => node.ping(target, options),
      traceroute: (target, options) => node.traceroute(target, options),
      connect: (target, service, { signal }) => streams.dial(target, service, { signal }),
      firewall: (message) => {
        const { action, rule } = firewall(message);
        return { Action: action, Rule: rule };
      },
    },
  });
  const description = { tags: { type: 'Control Service' } };
  await streams.listen('control', description, (stream) => {
    void control.serve(stream, { transport: 'mesh' });
  });
  closers.push(async () => {
    history.close();
    await control.close();
    await streams.close();
    await node.close();
  });
  const parts: ExplainParts = {
    node,
    dial: (target, service, { signal }) => streams.dial(target, service, { signal }),
    firewall,
    history,
  };
  return { node, parts };
}

async function chain(
  rules: { near?: readonly FirewallRule[]; hop?: readonly FirewallRule[] } = {},
): Promise<{ near: TestNode; hop: TestNode; far: TestNode }> {
  const hop = await start('hop', rules.hop ?? []);
  const near = await start('near', rules.near ?? []);
  const far = await start('far', []);
  const { address } = await listenTcp(hop.node, { host: '127.0.0.1', port: 0 });
  await dialTcp(near.node, address);
  await dialTcp(far.node, address);
  while (!near.node.isReachable('far')) await once(near.node, 'route');
  while (!far.node.isReachable('near')) await once(far.node, 'route');
  const heard = (): boolean =>
    near.node.status().advertisements.some(({ nodeId }) => nodeId === 'far');
  while (!heard()) await once(near.node, 'advertisement');
  return { near, hop, far };
}

describe('explain', () => {
  it('finds everything well between two nodes that can talk', async () => {
    const { near } = await chain();
    const explanation = await explain(near.parts, 'far');
    expect(explanation.findings.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(explanation).toMatchObject({
      from: 'near',
      node: 'far',
      service: 'control',
      open: true,
    });
    expect(explanation.path).toMatchObject([
      { from: 'near', to: 'hop', up: true, cost: 1 },
      { from: 'hop', to: 'far', up: true, cost: 1 },
    ]);
    expect(Math.abs(explanation.clockAheadMs ?? Infinity)).toBeLessThan(60_000);
    const texts = explanation.findings.map(({ text }) => text);
    expect(texts).toContain('let through by near, hop, far');
    expect(texts).toContain('control, stream (Control Service)');
  });

  it('names the rule of a node in the middle that rejects, and opens nothing', async () => {
    const { near } = await chain({
      hop: [{ action: 'reject', toNode: 'far', toService: 'web' }],
    });
    const explanation = await explain(near.parts, 'far', { service: 'web' });
    expect(explanation.open).toBe(false);
    expect(explanation.findings).toContainEqual({
      subject: 'Firewall',
      state: 'failed',
      text: 'hop rejects what goes from near to far: rule 1',
    });
    expect(explanation.findings).toContainEqual({
      subject: 'Stream',
      state: 'failed',
      text: 'blocked by firewall',
    });
  });

  it.each(['reject', 'drop'] as const)(
    'names the rule of a node in the middle that lets nothing through (%s)',
    async (action) => {
      const { near } = await chain({ hop: [{ action, fromNode: 'near', toNode: 'far' }] });
      // What is dropped is waited for in vain: enough once hop has answered.
      const enough = new AbortController();
      const dial: ExplainParts['dial'] = async (nodeId, service, options) => {
        const stream = await near.parts.dial(nodeId, service, options);
        if (nodeId === 'hop') stream.once('close', () => enough.abort());
        return stream;
      };
      const { signal } = enough;
      const explanation = await explain({ ...near.parts, dial }, 'far', { signal });
      expect(explanation.open).toBe(false);
      expect(explanation.path.map(({ to }) => to)).toEqual(['hop', 'far']);
      const texts = explanation.findings.map(({ text }) => text);
      expect(texts).toContain(`hop ${action}s what goes from near to far: rule 1`);
    },
  );

  it('says which services there are when the one asked for is not', async () => {
    const { near } = await chain();
    const explanation = await explain(near.parts, 'far', { service: 'nonesuch' });
    expect(explanation.findings).toContainEqual({
      subject: 'Service',
      state: 'warning',
      text: 'nonesuch is not advertised; advertised: control',
    });
    expect(explanation.open).toBe(false);
  });

  it('names the missing link of a partitioned mesh', async () => {
    const { near, hop, far } = await chain();
    near.parts.history.lost();
    const gone = once(near.node, 'route');
    await far.node.close();
    await gone;
    expect(hop.node.isReachable('far')).toBe(false);
    const explanation = await explain(near.parts, 'far');
    expect(explanation.open).toBe(false);
    expect(explanation.path).toMatchObject([{ from: 'hop', to: 'far', cost: 1, up: false }]);
  });

  it('explains the node itself', async () => {
    const { near } = await chain();
    const explanation = await explain(near.parts, 'near');
    expect(explanation.open).toBe(true);
    expect(explanation.findings[0]?.text).toBe('it is this node itself');
  });
});
