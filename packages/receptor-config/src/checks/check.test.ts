import { describe, expect, it } from 'vitest';
import { requestOf } from '../help/command-line.js';
import { checkConfiguration } from '../file/configuration.js';
import { file, folder } from '../file/test-files.js';

const check = (...args: string[]) =>
  checkConfiguration(args, { hostname: 'here' }).map(({ listing }) => listing);

describe('checkConfiguration', () => {
  it('lists every mistake with file, line and column', () => {
    const path = file(`- node:
    id: a
    nmae: x
- tcp-pear: x
- tcp-listener:
    port: many
    cost: 0
- tcp-client:
- tls-server: {name: s}
- tcp-peer: {address: "h:1", tls: c}
- tcp-listener: {port: 2, tls: s}
- node: b
- work-command: {worktype: remote, command: x}
`);
    const found = check('--check', '--config', path);
    const starts = [
      ':3:5: field nmae not defined for command node',
      ':4:3: unknown config type tcp-pear (did you mean tcp-peer? allowed: node, ',
      ':6:5: error setting field port in command tcp-listener: many is not a whole number',
      ':7:5: connection cost must be positive (cost of tcp-listener, allowed: ',
      ':8:3: error in --tcp-client: required parameters missing: service, address',
      ':9:3: error in --tls-server: required parameters missing: cert, key',
      ':12:3: only one node directive is allowed',
      ':10:3: unknown TLS config c (in --tcp-peer, ',
      ':13:3: work type remote already registered (in --work-command: ',
    ];
    expect(found.map((line) => line.slice(path.length))).toEqual(
      starts.map((start) => expect.stringContaining(start) as unknown),
    );
    expect(found.every((line) => line.startsWith(path) && !line.includes('\n'))).toBe(true);
  });

  it.each(['foo', 'localhost:4318', 'ftp://user:hidden@host/'])(
    'tells that traces can not be sent to %s, without the value, which may hold a password',
    (endpoint) => {
      const path = file(`- node: {id: a}\n- tracing:\n    endpoint: ${endpoint}\n`);
      expect(check('--config', path)).toEqual([
        `${path}:3:5: the endpoint of traces is no http or https URL (in --tracing: give a URL such as http://localhost:4318)`,
      ]);
    },
  );

  it('takes a collector at a URL, and none where the environment may name it', () => {
    for (const endpoint of ['HTTPS://host/otlp', 'http://[::1]:4318', '']) {
      expect(
        check('--config', file(`- node: {id: a}\n- tracing: {endpoint: "${endpoint}"}\n`)),
      ).toEqual([]);
    }
  });

  it('goes on after a file with broken syntax or a missing one', () => {
    const path = folder({
      'a.yml': '- node: {id: x\n- y: ]\n',
      'b.yml': '- nothing\n- tcp-peer: h\n',
    });
    const found = check('--config', '/nonexistent.yml', '--config', path, 'id=x', '--udp-peer');
    expect(found[0]).toBe(
      'parameter specified before command: id=x (start with an action such as --node)',
    );
    expect(found[1]).toBe('/nonexistent.yml:1:1: no such file or directory');
    expect(found.filter((line) => line.includes('/a.yml:')).length).toBeGreaterThan(0);
    expect(found.slice(-3)).toEqual([
      expect.stringContaining('/b.yml:1:3: unknown config type nothing'),
      expect.stringContaining('/b.yml:2:3: address h: missing port in address'),
      expect.stringContaining('error in --udp-peer: required parameter missing: address'),
    ]);
  });

  it('finds nothing wrong with a good configuration', () => {
    expect(check('--check', '--config', file('- node: a\n- local-only\n'))).toEqual([]);
  });

  it('lists a bounded number', () => {
    expect(check('--config', file('- x\n'.repeat(5_000)))).toHaveLength(1_000);
  });
});

it('knows what a command line asks for', () => {
  expect(requestOf([])).toBe('help');
  expect(requestOf(['--node', 'x', '-h', '--check'])).toBe('help');
  expect(requestOf(['--bash-completion'])).toBe('bash-completion');
  expect(requestOf(['--ZSH-completion'])).toBe('zsh-completion');
  expect(requestOf(['--config', 'x', '--check'])).toBe('check');
  expect(requestOf(['--node', 'check', 'help'])).toBe('start');
});
