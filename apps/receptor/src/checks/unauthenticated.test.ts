import { configure } from '@receptorjs/receptor-config';
import { describe, expect, it } from 'vitest';
import { openServices, unauthenticatedSubmitters } from './unauthenticated.js';

const doors = (...words: string[]): string[] => {
  const configuration = configure(['--node', 'id=hop', ...words]);
  return configuration.help ? [] : unauthenticatedSubmitters(configuration.actions);
};
const control = ['--control-service', 'filename=/tmp/hop.sock'];
const required = [
  ...['--tls-server', 'name=mutual', 'cert=c', 'key=k', 'requireclientcert=yes', 'clientcas=ca'],
];
const optional = ['--tls-server', 'name=one-way', 'cert=c', 'key=k', 'clientcas=ca'];

describe('work from elsewhere without a certificate', () => {
  it.each([
    ['a TCP listener as it is by default', ['--tcp-listener', '2222']],
    ['a TCP listener on all addresses', ['--tcp-listener', 'port=2222', 'bindaddr=::']],
    ['a UDP listener', ['--udp-listener', 'port=2222', 'bindaddr=192.0.2.1']],
    ['a WebSocket listener', ['--ws-listener', 'port=2222']],
    ['a listener by name', ['--tcp-listener', 'port=2222', 'bindaddr=hop.example.org']],
    ['a link that is made', ['--tcp-peer', 'mesh.example.org:2222']],
    ['a link that is made over UDP', ['--udp-peer', '192.0.2.1:2222']],
    ['a link that is made by WebSocket', ['--ws-peer', 'ws://192.0.2.1:2222/']],
    ['a link on the machine, as by a tunnel', ['--tcp-peer', '127.0.0.1:2222']],
    ['a link on the machine over UDP', ['--udp-peer', '[::1]:2222']],
    ['a link on the machine by WebSocket', ['--ws-peer', 'ws://[::1]:2222']],
    [
      'one listener of several',
      ['--tcp-listener', 'port=1', 'bindaddr=127.0.0.1', '--tcp-listener', '2222'],
    ],
    [
      'a listener whose neighbors are known, and not who is behind them',
      [...required, '--tcp-listener', 'port=2222', 'tls=mutual'],
    ],
    ['allowed peers, whose IDs anybody may claim', ['--udp-listener', '2222', 'allowedpeers=a']],
  ])('comes by %s', (_, words) => {
    const [door, ...others] = doors(...control, ...words);
    expect(door).toContain('control-service control asks nodes of the mesh for no certificates');
    expect(others).toEqual([]);
  });

  it.each([
    ['nothing but loopback', ['--tcp-listener', 'port=1', 'bindaddr=127.0.0.1']],
    ['loopback by its other names', ['--udp-listener', 'port=1', 'bindaddr=localhost']],
    ['loopback in IPv6', ['--ws-listener', 'port=1', 'bindaddr=::1']],
    ['no link at all', ['--local-only']],
  ])('does not come by %s', (_, words) => {
    expect(doors(...control, ...words)).toEqual([]);
  });

  it('does not come where the control service requires certificates', () => {
    const mutual = [...required, '--control-service', 'tls=mutual', '--tcp-listener', '2222'];
    expect(doors(...mutual)).toEqual([]);
    const oneWay = [...optional, '--control-service', 'tls=one-way', '--tcp-listener', '2222'];
    expect(doors(...oneWay)).toHaveLength(1);
    const second = ['--control-service', 'service=other', 'filename=/tmp/other.sock'];
    expect(doors(...mutual, ...second)[0]).toMatch(/^control-service other asks/);
  });

  it('does not come where the control service is not on the mesh', () => {
    expect(doors('--control-service', 'service=', 'filename=/s', '--tcp-listener', '2222')).toEqual(
      [],
    );
  });

  it('comes by a TCP port of the control service, however the mesh is closed', () => {
    const tcp = (...words: string[]) =>
      doors('--local-only', ...required, '--control-service', ...words);
    expect(tcp('tcplisten=7323')).toEqual([
      'control-service on TCP 7323 asks for no certificates of an authority of its own',
    ]);
    expect(tcp('tcplisten=0.0.0.0:7323')).toHaveLength(1);
    expect(tcp('tcplisten=127.0.0.1:7323')).toEqual([]);
    expect(tcp('tcplisten=7323', 'tcptls=mutual')).toEqual([]);
    const anyAuthority = ['--tls-server', 'name=any', 'cert=c', 'key=k', 'requireclientcert=yes'];
    expect(tcp('tcplisten=7323', 'tcptls=any', ...anyAuthority)).toHaveLength(1);
  });

  it('names some links and counts the rest', () => {
    const links = [1, 2, 3, 4, 5].flatMap((port) => ['--tcp-listener', String(port)]);
    expect(doors(...control, ...links)[0]).toMatch(/:1, .*:2, .*:3 and 2 more$/);
  });
});

describe('what strangers reach besides', () => {
  const open = (...words: string[]): string[] => {
    const configuration = configure(['--node', 'id=hop', ...required, ...words]);
    return configuration.help ? [] : openServices(configuration.actions);
  };
  const shell = ['--command-service', 'service=shell', 'command=login'];

  it('is terminals, where others may be in the mesh and no certificate is required', () => {
    expect(open(...shell, '--tcp-listener', '2222')).toEqual([
      'The command-service shell lets every node of the mesh run login: name a tls-server with requireclientcert and clientcas as its tls',
    ]);
    expect(open(...shell, 'tls=mutual', '--tcp-listener', '2222')).toEqual([]);
    expect(open(...shell, '--tcp-peer', '127.0.0.1:2222')).toHaveLength(1);
    expect(open(...shell, '--local-only')).toEqual([]);
  });

  it('is a control service on TCP', () => {
    expect(open('--control-service', 'tcplisten=7323')).toEqual([
      'The control-service on TCP 7323 obeys anybody who reaches it: name a tls-server with requireclientcert and clientcas as its tcptls, or listen on a loopback address',
    ]);
    expect(open('--control-service', 'tcplisten=7323', 'tcptls=mutual')).toEqual([]);
  });
});
