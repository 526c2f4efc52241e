import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { configure } from './file/configuration.js';
import { ConfigError } from './errors.js';
import { file } from './file/test-files.js';

const withoutGo = skipsWithoutGo('not compared with the original');

/** Parsed and found to be fine, `--version` is refused for not being alone; nothing is started. */
const fine = /cannot specify any other options with version/;

function original(args: readonly string[]): string {
  const { stdout } = spawnSync(goReceptor.path, [...args, '--version'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return stdout;
}

function ours(args: readonly string[]): string {
  try {
    configure([...args, '--version'], { hostname: 'h' });
  } catch (error) {
    if (error instanceof ConfigError) return `Error: ${error.message}\n`;
    throw error;
  }
  throw new Error('version was taken with other options');
}

describe.skipIf(withoutGo)(`the same verdict as Go receptor ${goReceptor.missing}`, () => {
  it.each([
    '- node: a',
    '- node: {id: 0660, datadir: /d}',
    '- Local-only',
    '- local-only',
    '- local-only:',
    '- log-level:',
    '- tcp-listener: "2222"',
    '- tcp-listener: {PORT: 2222, NodeCost: {x: 2.5}, allowedpeers: [a, b]}',
    '- tcp-listener: {port: "0x10", cost: "2", allowedpeers: a}',
    '- control-service: {service: control, filename: /s, permissions: 0660, tcplisten: "1"}',
    '- tls-client: {name: x, cert: "", key: ""}',
    '- tls-server: {name: x, cert: c, key: k, pinnedclientcert: [], requireclientcert: "yes"}',
    '- node: {id: a, firewallrules: [{action: accept, fromnode: b}]}',
    '- node: {id: a, receptorkubeclientsetqps: 100}',
    '- tcp-peer: &p {address: "h:1", redial: no}\n- udp-peer: {<<: *p, redial: true}',
    '- ws-listener: {port: 1, path: /p}\n- ws-peer: {address: "ws://h", extraheader: "a:b"}',
    '- work-kubernetes: {worktype: k, namespace: n, image: i, deletepodonrestart: false}',
    '- work-python: {worktype: w, plugin: p, function: f, config: {a: 1}}',
    '- work-command: {worktype: w, command: c, params: 5, verifysignature: N}',
    '- unix-socket-server: {filename: /s, permissions: "0600", remotenode: a, remoteservice: b}',
    '- ip-router: {networkname: net, interface: i, localnet: 10.0.0.0/30, routes: 10.1.0.0/16}',
    '- trace',
  ])('takes or refuses %j', (text) => {
    const args = ['--config', file(`${text}\n`)];
    expect(fine.test(ours(args)), ours(args)).toBe(fine.test(original(args)));
  });

  it.each<[string, string]>([
    [
      '- tcp-pear: x',
      'could not get config type for command tcp-pear: unknown config type tcp-pear',
    ],
    ['- node: {name: x}', 'field name not defined for command node: unknown field name name'],
    ['- node: {id: ~}', 'error setting field id in command node: '],
    [
      '- tcp-peer: {address: "h:1", redial: maybe}',
      'error setting field redial in command tcp-peer: ',
    ],
    ['- tcp-listener: {port: x}', 'error setting field port in command tcp-listener: '],
    ['- tcp-peer: [x]', 'invalid config format for tcp-peer'],
    ['- node: a\n  trace:', 'config format invalid: item has multiple names'],
    ['- node: a\n- node: b', 'only one node directive is allowed'],
    ['- [x]', 'unknown config file format'],
    ['- tcp-client: {service: x}', 'required parameter missing: address'],
    ['- trace: x', 'command does not allow bare values'],
  ])('refuses %j with the same words', (text, words) => {
    const args = ['--config', file(`${text}\n`)];
    expect(original(args)).toContain(words);
    expect(ours(args)).toContain(words);
    expect(ours(args)).toContain('Error: ');
  });

  it.each<[string[], string]>([
    [['--tcp-pear'], 'command error: unknown config type tcp-pear'],
    [['--node', 'name=x'], 'config error: unknown field name name'],
    [['--trace', 'x'], 'config error: command does not allow bare values'],
    [['id=x'], 'parameter specified before command'],
    [['--TCP-peer'], 'required parameter missing: address'],
    [['--node', 'a', '--node', 'b'], 'directive "node" is only allowed once'],
    [
      ['-node', 'ID=a', '--UDP-listener', '7', 'allowedpeers=["a"]', 'nodecost={"a":1}'],
      'with version',
    ],
  ])('verifies %j with the same words', (args, words) => {
    expect(original(args)).toContain(words);
    expect(ours(args)).toContain(words);
  });

  it.each<readonly [string]>([
    ['--tcp-listener port=0 cost=-1'],
    ['--ws-listener port=0 nodecost={"b":-1}'],
    ['--tcp-peer address=foo'],
    ['--ws-peer address=ws://h:1 extraheader=x'],
    ['--tcp-listener port=0 tls=none'],
    ['--tcp-client service=x address=h:1 tlsclient=none'],
    ['--log-level foo'],
    ['--node id=localhost'],
    ['--node id=a maxidleconnectiontimeout=1s'],
    ['--node id=a maxidleconnectiontimeout=x'],
    ['--control-service service='],
    ['--ip-router networkname=x localnet=10.0.0.0/24'],
    ['--ip-router networkname=x localnet=foo'],
    ['--ip-router networkname=x localnet=10.0.0.0/30 routes=foo'],
    ['--work-command worktype=a command=x --work-command worktype=a command=x'],
    ['--work-command worktype=remote command=x'],
    ['--work-command worktype=a command=x verifysignature=true'],
    ['--work-kubernetes worktype=a image=i'],
    ['--work-kubernetes worktype=a image=i namespace=n authmethod=foo'],
    ['--work-kubernetes worktype=a image=i namespace=n kubeconfig=k'],
    ['--work-kubernetes worktype=a namespace=n image=i pod=p'],
    ['--work-kubernetes worktype=a namespace=n'],
    ['--work-kubernetes worktype=a namespace=n image=i streammethod=foo'],
    ['--cert-makereq commonname=x outreq=x'],
    ['--cert-makereq commonname=x outreq=x inkey=a outkey=b'],
    ['--cert-makereq commonname=x outreq=x inkey=a bits=1024'],
    ['--cert-makereq commonname=x outreq=x outkey=b'],
  ])('what is wrong with %s begins with all of the original’s text', (line) => {
    const words = line.split(' ');
    const own = words.some((word) => /^--(?:node|cert-)/.test(word));
    const args = [...(own ? [] : ['--node', 'id=a']), ...words];
    if (!line.startsWith('--cert-')) args.push('--local-only');
    const { stdout } = spawnSync(goReceptor.path, args, { encoding: 'utf8', timeout: 20_000 });
    const [text = ''] = /(?<=^Error: ).*$/m.exec(stdout) ?? [];
    expect(text).not.toBe('');
    let message = '';
    try {
      configure(args, { hostname: 'h' });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message.slice(0, text.length)).toBe(text);
  });
});
