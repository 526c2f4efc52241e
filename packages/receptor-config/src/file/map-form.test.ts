import { describe, expect, it } from 'vitest';
import type { Action } from '../actions.js';
import { configure } from './configuration.js';
import { actionsIn, actionsOf, bare, file, folder, refusal } from './test-files.js';

describe('the v2 form', () => {
  it('gives the same actions as the list form', () => {
    const list = actionsIn(`
- log-level: debug
- node: {id: a, firewallrules: [{action: accept, tonode: a}]}
- control-service: {service: control, filename: /s}
- tls-client: {name: c, cert: "", key: ""}
- work-command: {worktype: echo, command: echo}
- ip-router: {networkname: net, localnet: 10.0.0.0/30}
- tcp-peer: {address: "h:1", tls: c}
`);
    const map = actionsIn(`
version: 2
tcp-peers:
  - address: h:1
    TLS: c
iprouters: [{networkname: net, localnet: 10.0.0.0/30}]
work-commands:
  - {worktype: echo, command: echo}
tls-clients: [{name: c, cert: "", key: ""}]
control-services: [{filename: /s}]
node:
  id: a
  firewallrules: [{action: accept, tonode: a}]
log-level: {level: debug}
udp-peers:
`);
    const byName = (actions: readonly Action[]) =>
      bare([...actions].sort((a, b) => (a.action < b.action ? -1 : 1)));
    expect(byName(map)).toEqual(byName(list));
  });

  it('takes --config-v2 with --config=FILE, without version, and receptor.yaml at home', () => {
    const text = 'node: {id: a}\nlocal-only:\n';
    const expected = [{ action: 'node' }, { action: 'local-only' }];
    expect(actionsOf('--config-v2', `--config=${file(text)}`)).toMatchObject(expected);
    expect(actionsOf('--config', file(text), '--config-v2')).toMatchObject(expected);
    const home = folder({ 'receptor.yaml': text });
    expect(configure(['--config-v2'], { home, hostname: 'h' })).toMatchObject({
      actions: expected,
    });
  });

  it('D14: mistakes stop the start, each with its place', () => {
    expect(
      refusal('--config', file('version: 2\nnode: {id: a}\ntcp-listeners: [{port: x}]\n')),
    ).toMatchObject({ code: 'config-bad-value', origin: { line: 3, column: 18 } });
    expect(refusal('--config', file('version: 2\ntcp-peers: [{cost: 1}]\n')).message).toMatch(
      /required parameter missing: address/,
    );
  });

  it('D14: defaults are those of the list form, false stays false, UDP stays UDP, log-level comes first', () => {
    const actions = actionsIn(`
version: 2
node: {id: a}
udp-clients: [{service: u, address: "h:1"}]
udp-servers: [{port: 1, remotenode: b, remoteservice: c}]
ws-listeners: [{port: 1}]
tcp-peers: [{address: "h:1", redial: false}]
work-kubernetes: [{worktype: k, namespace: n, image: i}]
log-level: {level: info}
`);
    expect(actions[0]?.action).toBe('log-level');
    const find = (name: string) => actions.find(({ action }) => action === name)?.fields;
    expect(find('ws-listener')).toMatchObject({ path: '/', bindaddr: '0.0.0.0' });
    expect(find('tcp-peer')).toMatchObject({ redial: false });
    expect(find('work-kubernetes')).toMatchObject({ deletepodonrestart: true });
    expect(find('udp-client')).toMatchObject({ service: 'u' });
    expect(find('udp-server')).toMatchObject({ port: 1, remotenode: 'b' });
  });

  it('switches local-only and trace by their presence', () => {
    const names = (text: string) => actionsIn(`version: 2\n${text}`).map(({ action }) => action);
    expect(names('local-only:\ntrace: {}\n')).toEqual(['trace', 'local-only']);
    expect(names('local-only: {local: true}\n')).toEqual(['local-only']);
    expect(names('local-only: {local: false}\n')).toEqual([]);
  });

  it('makes several certificates at once, but nothing else besides', () => {
    const certificates =
      'version: 2\ncert-init: {commonname: c, bits: 2048, outcert: o, outkey: k}\n' +
      'cert-signreqs: [{req: r, cacert: o, cakey: k, outcert: p}, {req: s, cacert: o, cakey: k, outcert: q}]\n';
    expect(actionsIn(certificates)).toHaveLength(3);
    expect(refusal('--config', file(`${certificates}node: {id: a}\n`)).code).toBe(
      'config-exclusive',
    );
  });

  it.each<[string, string, RegExp]>([
    [
      'an unknown key',
      'tcp-peer: []\n',
      /:2\) \(did you mean tcp-peers\? allowed: version, log-level, .*tcp-peers/,
    ],
    ['an unknown field', 'tcp-peers: [{host: x}]\n', /unknown field name host .*address=/],
    ['a map where a list must be', 'tcp-peers: {address: "h:1"}\n', /it must be a list of maps/],
    ['a list where a map must be', 'node: []\n', /a map of fields must stand here/],
    ['a text in a list', 'tcp-peers: ["h:1"]\n', /tcp-peers: a map of fields must stand here/],
    ['an empty cert-init', 'cert-init:\n', /required parameters missing: commonname/],
  ])('refuses %s', (_, text, message) => {
    expect(refusal('--config', file(`version: 2\n${text}`)).message).toMatch(message);
  });
});
