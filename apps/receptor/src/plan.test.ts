import { configure, type Action } from '@receptorjs/receptor-config';
import { describe, expect, it } from 'vitest';
import { hasBackends, listenAddress, planOf } from './plan.js';

function actions(...args: string[]): readonly Action[] {
  const configuration = configure(args);
  if (configuration.help) throw new Error('asked for help');
  return configuration.actions;
}
const plan = (...args: string[]) => planOf(actions(...args), 'host.example');

describe('planOf', () => {
  it('takes the host name as node ID and info as log level', () => {
    expect(plan('--local-only')).toMatchObject({
      node: { id: 'host.example', dataDir: '/tmp/receptor', maxIdleMs: 21_000 },
      level: 'info',
      localOnly: true,
    });
  });
  it('takes error when log-level stands without a value', () => {
    expect(plan('--log-level', '--local-only').level).toBe('error');
  });
  it.each([
    [['--node', 'id=LocalHost'], /node ID "localhost" is reserved/],
    [['--control-service', 'service='], /no listeners specified/],
    [
      ['--control-service', 'tcplisten=nowhere'],
      /nowhere is no address \(allowed: port or host:port\)/,
    ],
    [
      ['--work-command', 'worktype=a', 'command=x', '--work-command', 'worktype=a', 'command=y'],
      /work type a already registered/,
    ],
    [['--work-command', 'worktype=remote', 'command=x'], /work type remote already registered/],
  ])('refuses %j', (args, message) => {
    expect(() => plan(...args)).toThrow(message);
  });
  it('wants a node ID on a machine called localhost', () => {
    expect(() => planOf(actions('--local-only'), 'localhost')).toThrow(/no node ID specified/);
  });
});

it('knows whether there is anything to do', () => {
  expect(hasBackends(plan('--node', 'id=x'))).toBe(false);
  expect(hasBackends(plan('--tcp-peer', 'x:1'))).toBe(true);
  expect(hasBackends(plan('--tcp-listener', '1'))).toBe(true);
});

it('reads listening addresses', () => {
  expect(listenAddress('80')).toEqual({ port: 80 });
  expect(listenAddress(':80')).toEqual({ port: 80 });
  expect(listenAddress('a.b:80')).toEqual({ host: 'a.b', port: 80 });
  expect(listenAddress('[::1]:80')).toEqual({ host: '::1', port: 80 });
});
