import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '@receptorjs/tooling-test-peers';
import { Authority, tlsActions } from './certificates.js';
import { Mesh, until, type Daemon } from './mesh.js';

describe('receptorctl explain', () => {
  let mesh: Mesh;
  let authority: Authority;
  beforeEach(async () => {
    mesh = new Mesh();
    authority = await Authority.make(mesh.folder);
  });
  afterEach(() => mesh.end());

  /** near - hop - far; all links and the control service of far with TLS. */
  async function secureChain(
    options: { rules?: readonly object[]; farNames?: string } = {},
  ): Promise<{ near: Daemon; hop: Daemon; far: Daemon }> {
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const tls = async (node: string) => tlsActions(authority, await authority.issue(node));
    const hop = mesh.start(
      'hop',
      [...(await tls('hop')), { 'tcp-listener': { bindaddr: '127.0.0.1', port, tls: 'mesh-in' } }],
      { node: { firewallrules: options.rules ?? [] } },
    );
    const peer = { 'tcp-peer': { address, tls: 'mesh-out' } };
    const named = options.farNames ?? 'far';
    const files = await authority.issue(named);
    const farTls = tlsActions(authority, files).map((action) =>
      named === 'far' ? action : skippingNames(action),
    );
    const far = mesh.start('far', [...farTls, peer], { control: { tls: 'mesh-in' } });
    const near = mesh.start('near', [...(await tls('near')), peer]);
    await near.routeTo('far');
    await far.routeTo('near');
    await until('the services of far', async () => {
      const { stdout } = await near.ctl('status');
      return /^far +control/m.test(stdout) || undefined;
    });
    return { near, hop, far };
  }

  const explain = (near: Daemon, ...more: readonly string[]) =>
    near.ctl('explain', 'far', '--tls-client', 'mesh-out', ...more);

  it('finds a healthy pair well', async () => {
    const { near } = await secureChain();
    const { code, stdout } = await explain(near);
    console.log(stdout);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Route +ok +near -> hop -> far, cost 2, ping /m);
    expect(stdout).toMatch(/^Link +ok +near - hop: up, cost 1, RTT /m);
    expect(stdout).toMatch(/^Link +ok +hop - far: up, cost 1, RTT /m);
    expect(stdout).toMatch(/^Firewall +ok +let through by near, hop, far$/m);
    expect(stdout).toMatch(/^Service +ok +control, stream with TLS \(Control Service\)$/m);
    expect(stdout).toMatch(/^Certificate +ok +names far, valid /m);
    expect(stdout).toMatch(/^Clock +ok +far is 0\.\d+ s /m);
    expect(stdout).toMatch(/^Datagrams +ok +\d+ bytes$/m);
    expect(stdout).toMatch(/^Stream +ok +opened in /m);
    expect(stdout.endsWith('near can open a stream to control of far.\n')).toBe(true);
  });

  it('names the firewall rule of the node in the middle', async () => {
    const { near } = await secureChain({
      rules: [{ action: 'reject', fromnode: '/n.*/', tonode: 'far', toservice: 'web' }],
    });
    const { code, stdout } = await explain(near, '--service', 'web');
    console.log(stdout);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^Firewall +failed +hop rejects what goes from near to far: rule 1: reject .*toservice=web/m,
    );
    expect(stdout).toMatch(/^Stream +failed +.*blocked by firewall/m);
  });

  it('shows the certificate that names another node', async () => {
    const { near } = await secureChain({ farNames: 'impostor' });
    const { code, stdout } = await explain(near);
    console.log(stdout);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Stream +failed +/m);
    expect(stdout).toMatch(/^Certificate +(?:failed|warning) +names impostor/m);
  });

  it('names the link that is down in a partitioned mesh', async () => {
    const { near, far } = await secureChain();
    await explain(near);
    await far.stop('SIGKILL');
    await until('near to lose the route', async () => {
      const control = await near.control();
      const { RoutingTable } = await control.status(['RoutingTable']);
      control.close();
      return Object.hasOwn(RoutingTable as object, 'far') ? undefined : true;
    });
    const { code, stdout } = await explain(near);
    console.log(stdout);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Route +failed +no route to far; this part of the mesh: hop, near$/m);
    expect(stdout).toMatch(/^Link +failed +hop - far: down, lost \d+ s ago$/m);
  });
});

/** A node may show a certificate of another name only when it says that it does not mind. */
function skippingNames(action: object): object {
  return Object.fromEntries(
    Object.entries(action).map(([name, fields]) => [
      name,
      { ...(fields as object), skipreceptornamescheck: true },
    ]),
  );
}
