import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actionsIn, actionsOf, bare, file, folder, refusal } from './test-files.js';

describe('configuration files', () => {
  it('may be several, each in its place', () => {
    const a = file('- node: a\n');
    const b = file('- tcp-peer: h:1\n');
    expect(actionsOf('--config', a, '--local-only', '-c', b)).toMatchObject([
      { action: 'node', origin: { file: a, line: 1, column: 3 } },
      { action: 'local-only', origin: 'command line' },
      { action: 'tcp-peer', origin: { file: b } },
    ]);
  });

  it('may be a folder: .yml, .yaml and .conf by name, hidden ones and folders passed over', () => {
    const path = folder({
      '20.yml': '- tcp-peer: h:2\n',
      '10.yaml': '- tcp-peer: h:1\n',
      '30.conf': 'version: 2\ntcp-peers:\n- address: h:3\n',
      'README.md': 'not YAML: [',
      '.hidden.yml': 'not YAML: [',
      'below.yml/x.yml': 'not YAML: [',
    });
    expect(actionsOf('--config', path)).toMatchObject(
      ['h:1', 'h:2', 'h:3'].map((address) => ({ fields: { address } })),
    );
    expect(refusal('--config', folder({ 'a.txt': '' })).message).toMatch(
      /the folder holds no \.yml, \.yaml or \.conf file/,
    );
  });

  it('D31: numbers in lists of texts and as bare values are their texts', () => {
    expect(
      actionsIn(
        '- tcp-listener: 2222\n- tcp-peer:\n    address: h:1\n    allowedpeers: [7, x, true]\n',
      ),
    ).toMatchObject([{ fields: { port: 2222 } }, { fields: { allowedpeers: ['7', 'x', 'true'] } }]);
  });

  it('read values as Go reads them: octal, yes, big numbers, dates and times as text', () => {
    expect(
      actionsIn(
        `- node: 12345678901234567890
- control-service: {permissions: 0660, tcplisten: 12:30, service: "", filename: /x}
- tcp-peer: {address: "h:1", redial: no, cost: 1.5}
`,
      ),
    ).toMatchObject([
      { fields: { id: '12345678901234567890' } },
      { fields: { permissions: 0o660, tcplisten: '12:30' } },
      { fields: { redial: false, cost: 1.5 } },
    ]);
    expect(
      actionsIn(
        '- cert-signreq: {req: r, cacert: c, cakey: k, outcert: o, notafter: 2030-01-02T03:04:05Z}\n',
      ),
    ).toMatchObject([{ fields: { notafter: new Date('2030-01-02T03:04:05Z') } }]);
  });

  it('may use anchors, aliases and merge keys', () => {
    const actions = actionsIn(
      `- tcp-peer: &first {address: "h:1", cost: 2, allowedpeers: &who [a, b]}
- tcp-peer: {<<: *first, address: "h:2"}
- udp-peer: {address: "h:3", allowedpeers: *who}
`,
    );
    expect(bare(actions)).toMatchObject([
      { fields: { address: 'h:1' } },
      { fields: { address: 'h:2', cost: 2, allowedpeers: ['a', 'b'] } },
      { fields: { address: 'h:3', allowedpeers: ['a', 'b'] } },
    ]);
  });

  it.each<[string, string, RegExp]>([
    ['a key twice', '- node: {id: a, id: b}\n', /:1: the key id stands twice/],
    ['an unknown anchor', '- node: {id: *x}\n', /x/],
    ['upper case in an action', '- Node: a\n', /unknown config type Node/],
    ['a merge of no map', '- node: {<<: x}\n', /only maps can be merged/],
    ['a key that is a list', '- node: {[a]: x}\n', /a key must be text/],
    ['binary values', '- node: {id: !!binary aGk=}\n', /this kind of value is not supported/],
    ['version 3', 'version: 3\n', /version must be 2/],
  ])('refuse %s', (_, text, message) => {
    expect(refusal('--config', file(text)).message).toMatch(message);
  });

  it('with --config-v2 default to receptor.yaml at home', () => {
    const home = folder({ 'receptor.yaml': 'node: {id: x}\n' });
    const path = join(home, 'other.yaml');
    writeFileSync(path, '- node: x\n');
    expect(refusal('--config-v2', `--config=${path}`).message).toMatch(
      /with --config-v2 the file must be a map/,
    );
    expect(refusal(`--config=${path}`).message).toMatch(/unknown config type config=/);
  });
});
