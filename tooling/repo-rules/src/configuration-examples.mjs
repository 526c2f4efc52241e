/**
 * One example of each action, in the list form on one line, for the page of the configuration.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const examples = {
  node: '- node: {id: foo, datadir: /var/lib/receptor}',
  'local-only': '- local-only',
  'log-level': '- log-level: debug',
  trace: '- trace',
  'control-service': '- control-service: {filename: /run/receptor.sock, permissions: 0660}',
  'log-format': '- log-format: json',
  tracing: '- tracing: {endpoint: "http://localhost:4318"}',
  'metrics-listener': '- metrics-listener: {port: 9324}',
  version: '- version',
  'tls-server':
    '- tls-server: {name: mesh, cert: foo.crt, key: foo.key, requireclientcert: true, clientcas: ca.crt}',
  'tls-client': '- tls-client: {name: mesh, cert: foo.crt, key: foo.key, rootcas: ca.crt}',
  'tcp-listener': '- tcp-listener: {port: 2222, tls: mesh, allowedpeers: [bar, baz]}',
  'tcp-peer': '- tcp-peer: {address: "hop.example.org:2222", tls: mesh}',
  'udp-listener': '- udp-listener: {port: 2222}',
  'udp-peer': '- udp-peer: {address: "hop.example.org:2222"}',
  'ws-listener': '- ws-listener: {port: 8080, path: /mesh}',
  'ws-peer': '- ws-peer: {address: "wss://hop.example.org/mesh"}',
  'tcp-server': '- tcp-server: {port: 8080, remotenode: bar, remoteservice: web}',
  'tcp-client': '- tcp-client: {service: web, address: "localhost:80"}',
  'udp-server': '- udp-server: {port: 5353, remotenode: bar, remoteservice: dns}',
  'udp-client': '- udp-client: {service: dns, address: "localhost:53"}',
  'unix-socket-server':
    '- unix-socket-server: {filename: /run/bar.sock, remotenode: bar, remoteservice: app}',
  'unix-socket-client': '- unix-socket-client: {service: app, filename: /run/app.sock}',
  'command-service': '- command-service: {service: shell, command: /bin/bash, tls: mesh}',
  'ip-router':
    '- ip-router: {networkname: lan, localnet: 10.0.0.0/30, routes: "10.1.0.0/24,10.2.0.0/24"}',
  'work-command': '- work-command: {worktype: echo, command: cat}',
  'work-runner': '- work-runner: {offer: false}',
  'work-kubernetes':
    '- work-kubernetes: {worktype: pod, namespace: jobs, image: "example.org/job:1"}',
  'work-python': '- work-python: {worktype: py, plugin: module, function: run}',
  'work-signing': '- work-signing: {privatekey: /etc/receptor/sign.pem, tokenexpiration: 5m}',
  'work-verification': '- work-verification: {publickey: /etc/receptor/verify.pem}',
  'cert-init': '- cert-init: {commonname: "mesh CA", bits: 2048, outcert: ca.crt, outkey: ca.key}',
  'cert-makereq':
    '- cert-makereq: {commonname: foo, nodeid: foo, bits: 2048, outreq: foo.csr, outkey: foo.key}',
  'cert-signreq':
    '- cert-signreq: {req: foo.csr, cacert: ca.crt, cakey: ca.key, outcert: foo.crt, verify: true}',
};
