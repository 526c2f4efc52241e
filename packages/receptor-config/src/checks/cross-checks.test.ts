import { describe, expect, it } from 'vitest';
import { configure } from '../file/configuration.js';
import { nodeIdOf } from './cross-checks.js';
import { actionsOf, refusal } from '../file/test-files.js';

const server = '--tls-server name=s cert=c key=k';

describe('a whole configuration', () => {
  it.each<[string, RegExp]>([
    [
      '--tcp-listener 1 tls=x',
      /^unknown TLS config x \(in --tcp-listener, .*tls-server: there is none/,
    ],
    [
      `${server} --tcp-peer h:1 tls=s`,
      /^unknown TLS config s \(in --tcp-peer, tls must be the name of a tls-client/,
    ],
    [
      `${server} --tcp-client service=a address=h:1 tlsserver=s tlsclient=y`,
      /unknown TLS config y/,
    ],
    ['--control-service filename=/s tcptls=x', /^unknown TLS config x \(in --control-service/],
    [`${server} ${server}`, /TLS config s already exists/],
    [
      '--work-command worktype=a command=x --work-kubernetes worktype=a namespace=n image=i',
      /^work type a already registered \(in --work-kubernetes/,
    ],
    ['--work-command worktype=remote command=x', /work type remote already registered/],
    [
      '--work-command worktype=a command=x verifysignature=true',
      /VerifySignature for work command 'a' is true, but the work verification public key is not specified/,
    ],
    [
      '--control-service --tcp-client service=control address=h:1',
      /error in --tcp-client: service control is already listening \(.*control-service\)/,
    ],
    [
      '--udp-client service=n address=h:1 --ip-router networkname=n localnet=10.0.0.0/30',
      /service n is already listening/,
    ],
    ['--tcp-listener 1 --ws-listener 1', /TCP 0\.0\.0\.0:1 is already in use/],
    ['--udp-listener 1 --udp-listener 1 bindaddr=::', /UDP 0\.0\.0\.0:1 is already in use/],
    ['--tcp-listener 1 --control-service tcplisten=1', /TCP 0\.0\.0\.0:1 is already in use/],
    [
      '--tcp-listener 1 bindaddr=::1 --control-service tcplisten=[::1]:1',
      /TCP \[::1\]:1 is already in use/,
    ],
    [
      '--control-service service=a filename=/s --unix-socket-server filename=/s remotenode=b remoteservice=c',
      /Unix socket \/s is already in use/,
    ],
    ['--node id=LocalHost', /node ID "localhost" is reserved/],
  ])('refuses %s', (line, message) => {
    expect(refusal(...line.split(' ')).message).toMatch(message);
  });

  it.each([
    `${server} --tcp-listener 1 tls=s --udp-listener 1 --tcp-listener 0 --ws-listener 0`,
    '--tcp-peer h:1 tls=default --ws-peer wss://h',
    '--work-verification publickey=k --work-command worktype=a command=x verifysignature=yes',
    '--tcp-listener 1 bindaddr=127.0.0.1 --tcp-listener 1 bindaddr=::1 tls=',
    '--control-service service=a --control-service service=b',
  ])('takes %s', (line) => {
    expect(actionsOf(...line.split(' ')).length).toBeGreaterThan(0);
  });

  it('wants a node ID on a machine called localhost', () => {
    for (const hostname of ['localhost', 'LOCALHOST.localdomain', '']) {
      expect(() => configure(['--trace'], { hostname })).toThrow(/no node ID specified/);
      expect(configure(['--version'], { hostname })).toMatchObject({ help: false });
    }
    expect(nodeIdOf(actionsOf('--trace'), 'Host.example')).toBe('Host.example');
    expect(nodeIdOf(actionsOf('--node', 'A'), 'x')).toBe('A');
  });
});
