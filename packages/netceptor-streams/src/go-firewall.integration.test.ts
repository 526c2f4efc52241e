import { once } from 'node:events';
import { MeshNode, parseFirewallRules, type UnreachableNotice } from '@receptorjs/netceptor';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import { freePort, goReceptor, GoReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { afterEach, describe, expect, it } from 'vitest';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function ours(nodeId: string): MeshNode {
  const node = new MeshNode({ nodeId });
  cleanups.push(() => node.close());
  return node;
}

async function theirs(
  nodeId: string,
  items: readonly object[],
  firewallrules: readonly object[] = [],
): Promise<GoReceptor> {
  const started = await GoReceptor.start(nodeId, items, { node: { firewallrules } });
  cleanups.push(() => started.stop());
  return started;
}

async function reach(node: MeshNode, nodeId: string): Promise<void> {
  await node.reachable(nodeId);
}

/** Sends a datagram from one service to another of a node and returns what is reported about it. */
async function report(
  node: MeshNode,
  fromService: string,
  toNode: string,
  toService: string,
): Promise<UnreachableNotice> {
  const socket = node.openDatagram(fromService);
  try {
    const notice = once(socket, 'unreachable', { signal: AbortSignal.timeout(10_000) });
    socket.send(toNode, toService, Buffer.from('x'));
    return ((await notice) as [UnreachableNotice])[0];
  } finally {
    socket.close();
  }
}

const withoutGo = skipsWithoutGo();

describe.skipIf(withoutGo)(`firewall rules ${goReceptor.missing}`, () => {
  it('match what they match in a Go node', async () => {
    const patterns = [
      'control',
      '/con.*/',
      '/a|b/',
      '/(a|b)/',
      '/(?i)ab/',
      '/[[:alpha:]]+/',
      '/\\d+\\.?/',
      '/[^a-c]{2}/',
      '/\\pL\\w/',
      '/\\Qa.b\\E/',
      '',
    ];
    const names = [
      'control',
      'CONTROL',
      'conx',
      'a',
      'b',
      'ab',
      'AB',
      'bx',
      'xb',
      '12',
      '1.',
      'é1',
      'a.b',
      'axb',
    ];
    const rules = patterns.map((toservice, at) => ({
      Action: 'Reject',
      FromService: `sel${at}`,
      toservice,
    }));
    const port = await freePort();
    const listener = { 'tcp-listener': { bindaddr: '127.0.0.1', port } };
    const receptor = await theirs('go', [listener], rules);
    const node = ours('ours');
    await dialTcp(node, { host: '127.0.0.1', port });
    await reach(node, 'go');
    await receptor.logged(/Routing Table:[^]*ours via/);
    const verifier = ours('verifier');
    verifier.setFirewallRules(parseFirewallRules(rules));

    const [go, us]: string[][] = [[], []];
    for (const [at] of patterns.entries()) {
      const fromService = `sel${at}`;
      for (const toService of names) {
        const { action } = verifier.firewall.match({
          fromNode: 'ours',
          toNode: 'go',
          fromService,
          toService,
        });
        // Go's control service listens to datagrams and answers none: only ask where it is blocked.
        if (toService === 'control' && action === 'accept') continue;
        const { problem } = await report(node, fromService, 'go', toService);
        us?.push(
          `${at} ${toService}: ${action === 'reject' ? 'blocked by firewall' : 'service unknown'}`,
        );
        go?.push(`${at} ${toService}: ${problem}`);
      }
    }
    expect(us).toEqual(go);
    expect(go?.length).toBeGreaterThan(130);
  });

  it('of a Go hop reach our nodes', async () => {
    const port = await freePort();
    const hop = await theirs(
      'hop',
      [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }],
      [
        { action: 'reject', fromnode: 'near', tonode: '/f.r/', toservice: 'blocked' },
        { action: 'drop', fromnode: 'near', toservice: 'quiet' },
      ],
    );
    const [near, far] = [ours('near'), ours('far')];
    for (const node of [near, far]) await dialTcp(node, { host: '127.0.0.1', port });
    await reach(near, 'far');
    await reach(far, 'near');
    await hop.logged(/near via near/);
    await hop.logged(/far via far/);
    const quiet = far.openDatagram('quiet');
    const blocked = far.openDatagram('blocked');
    let arrived = 0;
    for (const socket of [quiet, blocked]) socket.on('message', () => arrived++);
    expect(await report(near, 'asker', 'far', 'blocked')).toMatchObject({
      problem: 'blocked by firewall',
      reportedBy: 'hop',
      toNode: 'far',
      toService: 'blocked',
    });
    near.openDatagram('sender').send('far', 'quiet', Buffer.from('x'));
    // What is sent later arrives later.
    await near.ping('far');
    expect(arrived).toBe(0);
  });

  it('of our hop reach Go nodes', async () => {
    const hop = ours('hop');
    const { address } = await listenTcp(hop, { host: '127.0.0.1', port: 0 });
    const peer = [{ 'tcp-peer': { address: `127.0.0.1:${address.port}` } }];
    const [near, far] = [await theirs('near', peer), await theirs('far', peer)];
    for (const id of ['near', 'far']) await reach(hop, id);
    await near.logged(/far via hop/);
    await far.logged(/near via hop/);
    const ping = async (): Promise<unknown> =>
      JSON.parse(await near.command('ping far')) as unknown;
    expect(await ping()).toMatchObject({ Success: true, From: 'far' });

    hop.setFirewallRules(
      parseFirewallRules([
        { action: 'reject', fromnode: 'near', tonode: 'far', toservice: 'ping' },
      ]),
    );
    expect(await ping()).toEqual({ Success: false, Error: 'blocked by firewall' });
    expect(await far.command('ping near')).toContain('"Success":true');

    hop.setFirewallRules([]);
    expect(await ping()).toMatchObject({ Success: true });
  });
});
