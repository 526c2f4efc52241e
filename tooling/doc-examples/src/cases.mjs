import { freePort } from '@receptorjs/tooling-test-peers';
import { certificates, daemon, demo, far, nearAndFar, webServer } from './set-ups.mjs';

/**
 * @typedef {import('./workplace.mjs').Workplace} Workplace
 *
 * @typedef {object} Case how an example is run
 * @property {string} page
 * @property {string} contains what distinguishes the example from the others of its page
 * @property {string} [skip] why it is not run
 * @property {(place: Workplace) => unknown} [before] makes what the example takes for granted; what it returns replaces
 *   names of the page by those that are here
 * @property {RegExp} [until] the example goes on for ever; it is right when this was written
 * @property {RegExp} [expects] what it writes besides ending with 0
 * @property {string} [input]
 */

const published =
  'it installs from the registry what is built here; the packages of the pages are packed and installed by the tests of packages';

/** @type {Case[]} */
const root = [
  { page: 'README.md', contains: 'git clone', skip: 'it is what sets up and runs these tests' },
  { page: 'README.md', contains: 'npm install --global', skip: published },
  { page: 'README.md', contains: "near.reachable('far'", expects: /^hello$/m },
  {
    page: 'README.md',
    contains: 'id=far',
    before: async (place) => ({
      2222: await freePort(),
      'id=far': `id=far datadir=${place.path('data')}`,
    }),
    until: /Initialization complete/,
  },
  {
    page: 'README.md',
    contains: 'id=near',
    before: async (place) => {
      const port = await far(place);
      return {
        2222: port,
        '/tmp/near.sock': place.path('near.sock'),
        'id=near': `id=near datadir=${place.path('data2')}`,
      };
    },
    until: /Connection established with far/,
  },
  {
    page: 'README.md',
    contains: 'work submit echo',
    before: async (place) => {
      await nearAndFar(place);
      return { '/tmp/near.sock': place.path('near.sock') };
    },
  },
  {
    page: 'README.md',
    contains: '--receptor-peer unix:/tmp/near.sock',
    before: async (place) => {
      await nearAndFar(place);
      return { '/tmp/near.sock': place.path('near.sock') };
    },
    expects: /"msg": "hello from far"/,
  },
  {
    page: 'README.md',
    contains: 'explain far',
    before: async (place) => {
      await nearAndFar(place);
      return { '/tmp/near.sock': place.path('near.sock') };
    },
  },
  { page: 'README.md', contains: '--check --config' },
  {
    page: 'CONTRIBUTING.md',
    contains: 'pnpm test',
    skip: 'each of its commands is a step of npm test',
  },
  {
    page: 'docs/benchmarks.md',
    contains: '',
    skip: 'benchmarks take minutes; the rest is their output',
  },
];

/** @type {Case[]} */
const apps = [
  {
    page: 'apps/ansible-runner/README.md',
    contains: 'transmit',
    before: (place) => {
      demo(place);
      return { 'ssh far ': '' };
    },
    expects: /hello from the play[\s\S]*hello from the play/,
  },
  {
    page: 'apps/receptor/README.md',
    contains: '--local-only',
    before: (place) => {
      place.write('foo.yml', '- local-only:\n');
      // each of the three is a command of its own; the first two run for ever
      return {
        'receptor --node id=foo --local-only --log-level Debug\n': '',
        'receptor --config foo.yml\n': '',
      };
    },
    expects: /The configuration is good/,
  },
  {
    page: 'apps/receptorctl/README.md',
    contains: 'work submit',
    before: async (place) => {
      await far(place);
      return { '/run/receptor.sock': place.path('receptor.sock') };
    },
    expects: /Node ID: far[\s\S]*^hello$/m,
  },
  ...['ansible-runner', 'receptor', 'receptorctl'].map((app) => ({
    page: `apps/${app}/README.md`,
    contains: 'npm install',
    skip: published,
  })),
];

/** @type {Case[]} */
const docs = [
  { page: 'docs/control-protocol.md', contains: 'requested_fields', before: nearAndFar },
  ...['485259776444395370', 'service unknown', 'UpdateEpoch', 'WorkCommands', '3 []'].map(
    (contains) => ({
      page: 'docs/wire.md',
      contains,
      expects: /^$/,
    }),
  ),
  {
    page: 'docs/operations.md',
    contains: 'podman build',
    skip: 'test-e2e builds these images, on a base of its own',
  },
  { page: 'docs/operations.md', contains: 'metrics-listener', expects: /^/ },
  { page: 'docs/operations.md', contains: 'tracing:', expects: /^/ },
  {
    page: 'docs/controller.md',
    contains: 'set-up, then the controller',
    skip: 'it runs until it is ended; the tests of the controller start it',
  },
  {
    page: 'docs/web-pages.md',
    contains: 'where the pages are',
    skip: 'it runs until it is ended; the tests of the pages start it',
  },
  {
    page: 'docs/controller.md',
    contains: 'DATABASE_URL=postgres',
    skip: 'it is for a machine with a node and a PostgreSQL',
  },
  {
    page: 'docs/controller.md',
    contains: 'work-verification',
    skip: 'its key is of a controller; test-e2e has nodes that verify by one',
  },
  {
    page: 'docs/controller.md',
    contains: 'kubernetes-runtime-auth',
    expects: /The configuration is good/,
  },
  {
    page: 'docs/controller.md',
    contains: 'rotate-key',
    skip: 'it is for a database with secrets; the tests of the controller have one',
  },
  {
    page: 'docs/joining.md',
    contains: '--mesh-listen',
    skip: 'it is for two machines; test-e2e joins nodes in the same way',
  },
  {
    page: 'docs/joining.md',
    contains: '$ controller join-token',
    skip: 'a token is another one each time; test-e2e joins nodes in the same way',
  },
  {
    page: 'docs/joining.md',
    contains: 'far is ready',
    skip: 'what a controller prints, which the tests of joining wait for',
  },
  { page: 'docs/kubernetes.md', contains: 'work-kubernetes', expects: /The configuration is good/ },
  {
    page: 'docs/kubernetes.md',
    contains: 'secret_kube_config=@',
    skip: 'it is for a cluster; the tests on one submit in the same way',
  },
  {
    page: 'docs/kubernetes.md',
    contains: 'kind: Role',
    skip: 'it is for a cluster; the tests on one have roles of their own',
  },
  { page: 'docs/runner.md', contains: '├──', skip: 'a drawing' },
  {
    page: 'docs/runner.md',
    contains: '# a playbook',
    before: demo,
    expects:
      /hello from the play[\s\S]*"msg": "hi"[\s\S]*port 8080[\s\S]*hello from the play[\s\S]*pong/,
  },
  {
    page: 'docs/runner.md',
    contains: 'ansible-runner start',
    before: (place) => {
      demo(place);
      place.write(
        'demo/project/site.yml',
        '- hosts: all\n  gather_facts: false\n  tasks: [{pause: {minutes: 5}}]\n',
      );
    },
    expects: /^/,
  },
  {
    page: 'docs/runner.md',
    contains: '--process-isolation',
    skip: 'the image of the example does not exist; isolation has tests of its own',
  },
  {
    page: 'docs/runner.md',
    contains: 'ssh far ansible-runner worker',
    before: (place) => {
      demo(place);
      return { 'ssh far ': '' };
    },
    expects: /hello from the play/,
  },
  {
    page: 'docs/runner.md',
    contains: '--receptor-peer',
    before: async (place) => {
      demo(place);
      const port = await far(place);
      // by this machine's node: by its control socket, as the variable names it
      return {
        'ansible-runner run demo -p site.yml --via-receptor far  ': `RECEPTORCTL_SOCKET=${place.path('receptor.sock')} ansible-runner run demo -p site.yml --via-receptor far  `,
        'hop.example.org:8888': `127.0.0.1:${port}`,
      };
    },
    expects: /hello from the play[\s\S]*hello from the play/,
  },
  { page: 'docs/runner.md', contains: 'npm install --global', skip: published },
  {
    page: 'docs/runner.md',
    contains: 'planRun',
    before: demo,
    expects: /it came to its end\n.*ansible-playbook .* would run in .*project/,
  },
  { page: 'docs/runner.md', contains: 'runEvents', before: demo, expects: /^successful 0/m },
  {
    page: 'docs/secure-mesh.md',
    contains: '--cert-init',
    expects: /^/,
  },
  {
    page: 'docs/secure-mesh.md',
    contains: '--cert-makereq',
    before: certificates,
    input: 'yes\n',
    expects: /Sign certificate/,
  },
  {
    page: 'docs/secure-mesh.md',
    contains: '- tls-server:',
    before: async (place) => {
      await certificates(place);
      return { '/run/receptor': place.folder };
    },
    expects: /The configuration is good/,
  },
  {
    page: 'docs/secure-mesh.md',
    contains: '- tcp-peer:',
    before: (place) => {
      place.write('before.yml', '- tls-client: {name: mesh-out, cert: "", key: ""}\n');
    },
    expects: /The configuration is good/,
  },
  {
    page: 'docs/secure-mesh.md',
    contains: 'offer: true',
    before: (place) => place.write('before.yml', '- local-only:\n'),
    expects: /The configuration is good/,
  },
  {
    page: 'docs/security.md',
    contains: '- tls-server:',
    before: async (place) => {
      await certificates(place);
      return { '/run/receptor': place.folder, '/var/lib/receptor': place.path('data') };
    },
    expects: /The configuration is good/,
  },
  {
    page: 'docs/security.md',
    contains: 'npm run attacks -- half-lines',
    skip: 'it attacks for a quarter of an hour; the short form is among the end-to-end tests',
  },
  {
    page: 'docs/security.md',
    contains: '> before.jsonl',
    skip: 'it needs an older checkout, and three quarters of an hour',
  },
  {
    page: 'docs/secure-mesh.md',
    contains: 'explain far',
    before: async (place) => {
      await certificates(place);
      await daemon(
        place,
        ...['id=hop', '--local-only', '--work-command', 'worktype=echo', 'command=cat'],
        ...[
          '--tls-server',
          'name=in',
          'cert=hop.crt',
          'key=hop.key',
          'requireclientcert=true',
          'clientcas=ca.crt',
        ],
        ...['--tls-client', 'name=mesh-out', 'cert=hop.crt', 'key=hop.key', 'rootcas=ca.crt'],
        ...[
          '--control-service',
          'service=control',
          `filename=${place.path('near.sock')}`,
          'tls=in',
        ],
      );
      return { far: 'hop' };
    },
    expects: /^hello$/m,
  },
];

/** @type {Case[]} */
const mesh = [
  {
    page: 'packages/certificates/README.md',
    contains: 'createTlsServer',
    before: async (place) => {
      await certificates(place);
      return { 2222: await freePort(), 'hop.example.org': 'localhost' };
    },
    until: /hello/,
  },
  {
    page: 'packages/control-client/README.md',
    contains: 'runWork',
    before: async (place) => {
      await far(place);
      return { '/run/receptor.sock': place.path('receptor.sock') };
    },
    expects: /hello/,
  },
  {
    page: 'packages/control-client/README.md',
    contains: 'unitEvents',
    before: async (place) => {
      await far(place);
      return { '/run/receptor.sock': place.path('receptor.sock') };
    },
  },
  {
    page: 'packages/control-protocol/README.md',
    contains: 'parseUnitStatus',
    expects: /^Succeeded 12345678901234567890n \{"size":12345678901234567890\}$/m,
  },
  {
    page: 'packages/control-service/README.md',
    contains: 'new ControlService',
    before: (place) => ({ '/run/receptor.sock': place.path('receptor.sock') }),
    until: /answers at/,
  },
  {
    page: 'packages/mesh-diagnostics/README.md',
    contains: 'explain',
    expects: /far can not be reached/,
  },
  {
    page: 'packages/mesh-services/README.md',
    contains: 'serveTcpClient',
    before: () => ({ 15432: '0', 5353: '0' }),
    until: /the database is at 127\.0\.0\.1:\d+/,
  },
  { page: 'packages/node-metrics/README.md', contains: 'serveMetrics', expects: /^true$/m },
  {
    page: 'packages/unit-traces/README.md',
    contains: 'traceUnits',
    before: (place) => ({ '/var/lib/receptor': place.path('data') }),
    expects: /all traces are sent/,
  },
  {
    page: 'packages/netceptor/README.md',
    contains: 'node.ping',
    before: async (place) => ({ 2222: await far(place), 'hop.example.org': '127.0.0.1' }),
    until: /far answered in \d+ ns/,
  },
  {
    page: 'packages/netceptor-backends/README.md',
    contains: 'dialWebSocket',
    before: async (place) => {
      await certificates(place);
      return { 'mesh.example.org': '127.0.0.1' };
    },
    until: /linked with hop/,
  },
  {
    page: 'packages/netceptor-backends/README.md',
    contains: 'checkBackend',
    expects: /pass \d\d[\s\S]*fail 0/,
  },
  { page: 'packages/netceptor-simulator/README.md', contains: 'SimulatedMesh', expects: /^\d+/ },
  { page: 'packages/netceptor-streams/README.md', contains: 'StreamHost', expects: /^hello$/ },
  { page: 'packages/quic-engine/README.md', contains: 'deliver', expects: /^$/ },
  { page: 'packages/quic-engine-native/README.md', contains: 'loadEngine', expects: /native/ },
  {
    page: 'packages/quic-engine-wasm/README.md',
    contains: 'loadEngine',
    expects: /WebAssembly.* \d+/,
  },
  {
    page: 'packages/quic-engine-wasm/README.md',
    contains: 'npm run build:wasm',
    skip: 'npm test runs it where the toolchain is',
  },
  {
    page: 'packages/controller-core/README.md',
    contains: 'machineCapacity',
    expects: /executionNode: 'far-1'[\s\S]*^14$/m,
  },
  {
    page: 'packages/quotas/README.md',
    contains: 'SharedQuota',
    expects: /^origin-full taken\n$/,
  },
  {
    page: 'packages/receptor-config/README.md',
    contains: 'checkConfiguration',
    before: (place) => place.write('receptor.yml', '- tcp-listner: {port: 1}\n'),
    expects: /tcp-listener[\s\S]*receptor\.yml:1/,
  },
  {
    page: 'packages/command-line/README.md',
    contains: 'bashCompletion',
    expects: /complete .*greet/,
  },
  { page: 'packages/primitives/README.md', contains: 'backoffDelay', expects: /^true no route$/m },
  { page: 'packages/process-table/README.md', contains: 'listProcesses', expects: /^$/ },
  {
    page: 'packages/socket-addresses/README.md',
    contains: 'bindUdp',
    // every address is nothing that a test listens on
    before: () => ({ 'port: 2222': "host: '127.0.0.1', port: 0" }),
    until: /127\.0\.0\.1:0: 1 sockets/,
  },
  { page: 'packages/bounded-json/README.md', contains: 'isTooDeep', expects: /^$/ },
  { page: 'packages/validation/README.md', contains: 'validateOptions', expects: /^$/ },
  {
    page: 'packages/workceptor/README.md',
    contains: 'new Workceptor',
    before: (place) => ({ '/var/lib/receptor': place.path('data') }),
    expects: /^$/,
  },
  {
    page: 'packages/workceptor-kubernetes/README.md',
    contains: 'kubernetesWorkTypes',
    before: (place) => ({ '/var/lib/receptor': place.path('data') }),
    expects: /^$/,
  },
];

/** @type {Case[]} */
const runner = [
  {
    page: 'packages/runner-commands/README.md',
    contains: 'getInventory',
    before: demo,
    expects: /^0 ansible[\s\S]*localhost/m,
  },
  {
    page: 'packages/runner-core/README.md',
    contains: 'runAsync',
    before: demo,
    expects: /hello from the play[\s\S]*successful 0/,
  },
  {
    page: 'packages/runner-events/README.md',
    contains: 'new PluginSettings',
    skip: 'a module without output; it is put through the test kit for plugins below',
  },
  {
    page: 'packages/runner-events/README.md',
    contains: 'findEventPlugins',
    before: demo,
    expects: /\[\]/,
  },
  {
    page: 'packages/runner-events-http/README.md',
    contains: 'plugins: [http]',
    before: async (place) => {
      demo(place);
      return { 8080: await webServer(place) };
    },
    expects: /delivered: [1-9]/,
  },
  ...['mqtt', 'zmq'].map((name) => ({
    page: `packages/runner-events-${name}/README.md`,
    contains: `plugins: [${name}]`,
    // no receiver takes them there, which is what the summary says; delivery has tests of its own
    before: async (/** @type {Workplace} */ place) => {
      demo(place);
      const port = await freePort();
      return { 'mqtt://127.0.0.1': `mqtt://127.0.0.1:${port}`, 5556: port };
    },
    expects: /delivered: 0/,
  })),
  ...['http', 'mqtt', 'zmq'].map((name) => ({
    page: `packages/runner-events-${name}/README.md`,
    contains: 'example.org',
    skip: 'settings with the address of nobody; the example in TypeScript has its own',
  })),
  {
    page: 'packages/runner-mesh/README.md',
    contains: 'runOnNode',
    before: async (place) => {
      demo(place);
      return { 'hop.example.org:8888': `127.0.0.1:${await far(place)}` };
    },
    expects: /hello from the play[\s\S]*successful 0/,
  },
  {
    page: 'packages/runner-streaming/README.md',
    contains: 'processResults',
    before: demo,
    expects: /hello from the play[\s\S]*successful /,
  },
];

/** How each example of the pages is run, or why not. */
export const cases = [...root, ...apps, ...docs, ...mesh, ...runner];

/** The installing lines that stand at the end of each package's page. */
const installLine = /^npm install (?:@receptorjs\/\S+ ?)+\n$/;

/**
 * The cases that an example matches; one, when all is right.
 *
 * @param {import('./blocks.mjs').Block} block
 * @returns {Case[]}
 */
export function casesOf({ page, text }) {
  if (installLine.test(text)) return [{ page, contains: text, skip: published }];
  return cases.filter((each) => each.page === page && text.includes(each.contains));
}
