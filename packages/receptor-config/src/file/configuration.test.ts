import { describe, expect, it } from 'vitest';
import { configure } from './configuration.js';
import { actionsOf, file, refusal } from './test-files.js';

describe('the command line', () => {
  it('takes the line of the introduction', () => {
    expect(actionsOf('--node', 'id=foo', '--local-only', '--log-level', 'Debug')).toMatchObject([
      {
        action: 'node',
        fields: { id: 'foo', datadir: undefined, maxidleconnectiontimeout: 21_000 },
      },
      { action: 'local-only', fields: { local: true } },
      { action: 'log-level', fields: { level: 'debug' } },
    ]);
  });

  it('takes one dash, any case and values with equals signs', () => {
    const [node, work] = actionsOf(
      '-Node',
      'ID=Foo',
      '--WORK-command',
      'worktype=echo',
      'command=sh',
      'params=-c "a=b"',
    );
    expect(node).toMatchObject({ action: 'node', fields: { id: 'Foo' } });
    expect(work).toMatchObject({ fields: { params: '-c "a=b"', allowruntimeparams: false } });
  });

  it('repeats keys of lists and reads JSON for lists and maps', () => {
    const [a, b] = actionsOf(
      '--tcp-listener',
      '2222',
      'allowedpeers=x',
      'allowedpeers=y',
      'nodecost={"x": 2.5}',
      '--tcp-peer',
      'localhost:1',
      'allowedpeers=["p","q"]',
    );
    expect(a).toMatchObject({
      fields: { port: 2222, allowedpeers: ['x', 'y'], nodecost: { x: 2.5 } },
    });
    expect(b).toMatchObject({ fields: { allowedpeers: ['p', 'q'], redial: true, cost: 1 } });
  });

  it('asks for help without arguments and with --help anywhere', () => {
    expect(configure([])).toEqual({ help: true });
    expect(configure(['--node', 'id=x', '--help'])).toEqual({ help: true });
  });

  it('reads octal permissions, durations and addresses of IPv6', () => {
    const [service, node, peer] = actionsOf(
      '--control-service',
      'filename=/tmp/x.sock',
      'permissions=0660',
      '--node',
      'id=x',
      'maxidleconnectiontimeout=1m30.5s',
      '--tcp-peer',
      'address=[::1]:7777',
    );
    expect(service).toMatchObject({ fields: { permissions: 0o660, service: 'control' } });
    expect(node).toMatchObject({ fields: { maxidleconnectiontimeout: 90_500 } });
    expect(peer).toMatchObject({ fields: { address: '[::1]:7777' } });
  });

  it.each<[string, string[], string, RegExp]>([
    [
      'an unknown action',
      ['--tcp-pear', 'x'],
      'config-unknown-action',
      /unknown config type tcp-pear .*tcp-peer/,
    ],
    [
      'an unknown field',
      ['--node', 'ident=x'],
      'config-unknown-field',
      /unknown field name ident in --node .*id=/,
    ],
    [
      'a field named like a part of every object',
      ['--node', 'constructor=x'],
      'config-unknown-field',
      /unknown field name constructor in --node/,
    ],
    [
      'a bare value',
      ['--local-only', '--tcp-server', '80'],
      'config-bare-value',
      /does not allow bare values.*tcp-server.*port=/,
    ],
    ['two bare values', ['--node', 'a', 'b'], 'config-bare-value', /--node: more than one value/],
    ['a parameter first', ['id=x'], 'config-usage', /parameter specified before command: id=x/],
    ['--config without a file', ['--config'], 'config-usage', /requires a file name/],
    [
      'a missing field',
      ['--tcp-peer'],
      'config-missing-field',
      /error in --tcp-peer: required parameter missing: address \(address: host:port\)/,
    ],
    [
      'missing fields',
      ['--tcp-client'],
      'config-missing-field',
      /required parameters missing: service, address/,
    ],
    [
      'a bad port',
      ['--tcp-listener', 'port=x'],
      'config-bad-value',
      /^error setting config value for field port: x is not a whole number \(port of tcp-listener, .*0 to 65535/,
    ],
    [
      'a port out of range',
      ['--tcp-listener', '70000'],
      'config-bad-value',
      /70000 is out of range/,
    ],
    [
      'a bad flag',
      ['--tcp-peer', 'a:1', 'redial=maybe'],
      'config-bad-value',
      /maybe is neither|redial/,
    ],
    [
      'a cost of zero',
      ['--tcp-peer', 'a:1', 'cost=0'],
      'config-bad-value',
      /connection cost must be positive/,
    ],
    [
      'a node cost of zero',
      ['--tcp-listener', '1', 'nodecost={"x":0}'],
      'config-bad-value',
      /must be positive for x/,
    ],
    [
      'an address without port',
      ['--tcp-peer', 'foo'],
      'config-bad-value',
      /address foo: missing port in address/,
    ],
    [
      'an unknown level',
      ['--log-level', 'warn'],
      'config-bad-value',
      /^warn is not a valid log level name \(level of log-level, allowed: error, warning/,
    ],
    [
      'a short idle timeout',
      ['--node', 'maxidleconnectiontimeout=5s'],
      'config-bad-value',
      /^user defined maxIdleConnectionTimeout \[\d+\] is less than the default default timeout \[21000000000\]/,
    ],
    [
      'an action that stands once',
      ['--node', 'a', '--node', 'b'],
      'config-repeated',
      /directive "node" is only allowed once/,
    ],
    [
      'an exclusive action',
      ['--version', '--local-only'],
      'config-exclusive',
      /cannot specify any other options with version/,
    ],
    [
      'bad JSON',
      ['--tcp-listener', '1', 'allowedpeers=[x'],
      'config-bad-value',
      /^error setting config value for field allowedpeers: .*not valid JSON/,
    ],
  ])('refuses %s in one line', (_, args, code, message) => {
    const error = refusal(...args);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });
});

describe('the file', () => {
  it('takes bare strings, maps, nulls and single values, in place of --config', () => {
    const path = file(
      '- local-only\n- log-level: info\n- tcp-listener:\n    port: 2222\n    Cost: 2\n- control-service:\n    permissions: 0660\n    filename: /tmp/c.sock\n',
    );
    expect(actionsOf('--node', 'id=a', '--config', path)).toMatchObject([
      { action: 'node' },
      { action: 'local-only' },
      { action: 'log-level', fields: { level: 'info' } },
      { action: 'tcp-listener', fields: { port: 2222, cost: 2 } },
      { action: 'control-service', fields: { permissions: 0o660 } },
    ]);
  });

  it.each<[string, string, RegExp]>([
    ['an unknown action', '- local-only\n- tcp-pear: x\n', /unknown config type tcp-pear \(.*:2\)/],
    [
      'an unknown field',
      '- node:\n    name: x\n',
      /field name not defined for command node: unknown field name name \(.*:2\)/,
    ],
    ['a null field', '- node:\n    id:\n', /field id in command node: null has no value/],
    ['a map', 'node: {id: x}\n', /:1: config format invalid: the file must be a list/],
    ['two names in an item', '- node: x\n  local-only:\n', /item has multiple names/],
    ['broken YAML', '- node: {id: x\n', /error loading config file: .*:\d+: /],
    ['a list as a value', '- node:\n  - x\n', /a list is not allowed here/],
  ])('refuses %s with file and line', (_, text, message) => {
    const error = refusal('--config', file(text));
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });

  it('names a file that is not there', () => {
    expect(refusal('--config', '/nonexistent/x.yml').message).toBe(
      'error loading config file: open /nonexistent/x.yml: no such file or directory',
    );
  });
});
