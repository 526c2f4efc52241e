import { describe, expect, it } from 'vitest';
import { actionsOf, bare, refusal } from './file/test-files.js';

const tls = [
  '--tls-server',
  'name=s',
  'cert=c',
  'key=k',
  '--tls-client',
  'name=c',
  'cert=',
  'key=',
];

describe('actions', () => {
  it('take their fields and fill in defaults', () => {
    const [node, , , ...others] = bare(
      actionsOf(
        '--node',
        'id=a',
        'firewallrules=[{"Action":"accept","fromnode":"/x.*/"}]',
        'receptorkubeclientsetqps=100',
        ...tls,
        '--trace',
        '--udp-listener',
        'port=1',
        '--udp-peer',
        '[::1]:2',
        'redial=false',
        '--ws-listener',
        '3',
        'tls=s',
        '--ws-peer',
        'wss://h/p',
        'extraheader=X-Key: v:w',
        '--tcp-listener',
        '4',
        'tls=s',
        '--tcp-peer',
        'h:5',
        'tls=c',
        '--unix-socket-server',
        'filename=/s',
        'remotenode=b',
        'remoteservice=x',
        '--unix-socket-client',
        'service=u',
        'filename=/t',
        'tls=s',
        '--udp-server',
        'port=6',
        'remotenode=b',
        'remoteservice=x',
        '--udp-client',
        'service=v',
        'address=h:7',
        '--command-service',
        'service=w',
        'command=bash -l',
        '--ip-router',
        'networkname=n',
        'localnet=10.0.0.0/30',
        'routes=10.1.0.0/16, 10.2.0.0/16',
        'interface=tun7',
      ),
    );
    expect(node).toMatchObject({
      fields: {
        firewallrules: [{ action: 'accept', fromNode: '/x.*/' }],
        receptorkubeclientsetqps: '100',
      },
    });
    const link = { allowedpeers: undefined, cost: 1 };
    const listener = { ...link, bindaddr: '0.0.0.0', nodecost: undefined };
    expect(others).toEqual([
      { action: 'trace', fields: {} },
      { action: 'udp-listener', fields: { ...listener, port: 1 } },
      { action: 'udp-peer', fields: { ...link, address: '[::1]:2', redial: false } },
      { action: 'ws-listener', fields: { ...listener, port: 3, path: '/', tls: 's' } },
      {
        action: 'ws-peer',
        fields: {
          ...link,
          address: 'wss://h/p',
          redial: true,
          extraheader: 'X-Key: v:w',
          tls: undefined,
        },
      },
      { action: 'tcp-listener', fields: { ...listener, port: 4, tls: 's' } },
      { action: 'tcp-peer', fields: { ...link, address: 'h:5', redial: true, tls: 'c' } },
      {
        action: 'unix-socket-server',
        fields: {
          filename: '/s',
          permissions: 0o600,
          remotenode: 'b',
          remoteservice: 'x',
          tls: undefined,
        },
      },
      { action: 'unix-socket-client', fields: { service: 'u', filename: '/t', tls: 's' } },
      {
        action: 'udp-server',
        fields: { port: 6, bindaddr: '0.0.0.0', remotenode: 'b', remoteservice: 'x' },
      },
      { action: 'udp-client', fields: { service: 'v', address: 'h:7' } },
      { action: 'command-service', fields: { service: 'w', command: 'bash -l', tls: undefined } },
      {
        action: 'ip-router',
        fields: {
          networkname: 'n',
          localnet: '10.0.0.0/30',
          routes: '10.1.0.0/16, 10.2.0.0/16',
          interface: 'tun7',
        },
      },
    ]);
  });

  it('D2: signing without tokenexpiration takes five minutes', () => {
    expect(actionsOf('--work-signing', 'privatekey=/k')).toMatchObject([
      { fields: { privatekey: '/k', tokenexpiration: 300_000 } },
    ]);
  });

  it('D13: work-python is read like any other action, and a wss peer needs no tls', () => {
    expect(
      actionsOf(
        '--work-python',
        'worktype=w',
        'plugin=p',
        'function=f',
        'config={"a":[1]}',
        '--ws-peer',
        'wss://h',
      ),
    ).toMatchObject([{ fields: { config: { a: [1] } } }, { fields: { tls: undefined } }]);
  });

  it('D31: ip-router keeps its interface', () => {
    const [router] = actionsOf(
      '--ip-router',
      'networkname=n',
      'localnet=10.0.0.4/30',
      'interface=x',
    );
    expect(router).toMatchObject({ fields: { interface: 'x' } });
  });

  it('read dates of certificates', () => {
    const made = actionsOf(
      '--cert-init',
      'commonname=ca',
      'bits=0',
      'notafter=2030-01-31T12:00:00+01:00',
      'outcert=c',
      'outkey=k',
    );
    expect(made).toMatchObject([
      { fields: { bits: 0, notbefore: undefined, notafter: new Date('2030-01-31T11:00:00Z') } },
    ]);
  });

  it.each<[string, RegExp]>([
    [
      '--node firewallrules=[{"action":"accept","node":"x"}]',
      /error in rule 0: invalid filewall rule\. unknown key: node .*fromnode/,
    ],
    [
      '--node firewallrules=[{"action":"accept"},{"action":1}]',
      /error in rule 1: invalid firewall rule\. action must be a string/,
    ],
    ['--node firewallrules=x', /is not a list of firewall rules/],
    ['--node firewallrules=[{"action":"pass"}]', /error in rule 0: unknown action: pass .*accept/],
    [
      '--node firewallrules=[{"action":"drop","tonode":"/(/"}]',
      /error in rule 0: regex failed to compile: .*between slashes/,
    ],
    [`--node id=${'x'.repeat(1_025)}`, /node ID "x+" is not valid .*1024 bytes/],
    ['--control-service service=control-2', /service name "control-2" is not valid .*8 bytes/],
    ['--tcp-client service=ping address=h:1', /service ping is already listening .*not ping/],
    ['--udp-server port=1 remotenode=n remoteservice=ninebytes', /"ninebytes" is not valid/],
    ['--tcp-client service= address=h:1', /required parameter missing: service/],
    [
      `--unix-socket-client service=s filename=/${'x'.repeat(107)}`,
      /has 108 bytes, more than a Unix socket can have .*107 bytes/,
    ],
    ['--ip-router networkname=n localnet=10.0.0.0/30 interface=a/b', /a\/b is no name/],
    [
      '--ip-router networkname=n localnet=10.0.0.0/30 routes=fd00::/8',
      /route fd00::\/8 must be IPv4/,
    ],
    ['--tls-client name=x cert=y key=', /cert and key must both be supplied or neither/],
    ['--tls-client name=x', /error in --tls-client: required parameters missing: cert, key/],
    [
      '--tls-server name=x cert=c key=k pinnedclientcert=aa:bb',
      /error preparing tls server config: error decoding fingerprints: fingerprints must be 32 or 64 bytes for sha256 or sha512/,
    ],
    [
      '--tls-client name=x cert= key= pinnedservercert=xyz',
      /error preparing tls client config: error decoding fingerprints: error decoding fingerprint/,
    ],
    ['--ws-peer http://h', /address http:\/\/h is not a valid URL: .*ws:\/\/host/],
    ['--ws-peer ws://[', /is not a valid URL/],
    ['--ws-peer ws://u:p@h', /must not hold a password/],
    ['--ws-peer ws://h extraheader=nothing', /extra header must be in the form key:value/],
    ['--ws-listener 1 path=x', /x is no path/],
    ['--ws-listener 1 path=', /"" is no path/],
    ['--tcp-peer address=', /^missing port in address/],
    ['--udp-peer h', /address h: missing port in address/],
    ['--ip-router networkname=n localnet=x', /could not parse x as a CIDR address/],
    ['--ip-router networkname=n localnet=::1/30', /local network ::1\/30 must be IPv4/],
    ['--ip-router networkname=n localnet=10.0.0.0/24', /must be a \/30 CIDR/],
    [
      '--ip-router networkname=n localnet=10.0.0.0/30 routes=10.0.0.0/8,x',
      /could not parse x as a CIDR address/,
    ],
    [
      '--control-service service=',
      /^no listeners specified \(in --control-service: give service, filename or tcplisten\)/,
    ],
    [
      '--control-service tcplisten=nowhere',
      /nowhere is no address \(.*allowed: port or host:port\)/,
    ],
    ['--work-kubernetes worktype=k image=i', /must provide namespace when AuthMethod/],
    ['--work-kubernetes worktype=k namespace=n', /must specify a container image to run/],
    [
      '--work-kubernetes worktype=k namespace=n image=i kubeconfig=f',
      /can only provide KubeConfig when AuthMethod=kubeconfig/,
    ],
    ['--work-kubernetes worktype=k namespace=n image=i pod=f', /can only provide Pod when/],
    ['--work-kubernetes worktype=k authmethod=x', /invalid AuthMethod: x/],
    ['--work-kubernetes worktype=k streammethod=x', /stream mode must be logger or tcp/],
    [
      '--work-signing privatekey=k tokenexpiration=soon',
      /failed to parse TokenExpiration -- valid examples include '1\.5h', '30m', '30m10s'/,
    ],
    ['--cert-makereq commonname=c outreq=r', /must provide either InKey or OutKey/],
    ['--cert-makereq commonname=c outreq=r inkey=a outkey=b', /cannot use both InKey and OutKey/],
    ['--cert-makereq commonname=c outreq=r inkey=a bits=2048', /cannot specify key bits/],
    ['--cert-makereq commonname=c outreq=r outkey=a', /must specify key bits/],
    [
      '--cert-init commonname=c bits=1 outcert=o outkey=k notafter=2030-02-31T00:00:00Z',
      /2030-02-31T00:00:00Z is not a date and time/,
    ],
    ['--cert-signreq req=r cacert=c cakey=k outcert=o --trace', /cannot specify any other options/],
  ])('refuse %s', (line, message) => {
    const { message: text } = refusal(...line.split(' '));
    expect(text).toMatch(message);
    expect(text).not.toContain('\n');
  });
});
