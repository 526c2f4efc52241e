import { createServer } from 'node:http';
import { freePort } from '@receptorjs/tooling-test-peers';

/** @typedef {import('./workplace.mjs').Workplace} Workplace */

const inventory =
  'localhost ansible_connection=local ansible_python_interpreter="{{ ansible_playbook_python }}"\n';
const play =
  '- hosts: all\n  gather_facts: false\n  tasks:\n    - debug: {msg: hello from the play}\n';

/** The private data dir that the pages call `demo`, and beside it what the examples for a bare folder use. */
export function demo(/** @type {Workplace} */ place) {
  place.write('demo/project/site.yml', play);
  place.write('demo/inventory', `${inventory}[servers]\nlocalhost\n`);
  place.write('demo/roles/web/tasks/main.yml', '- debug: {msg: "port {{ port | default(80) }}"}\n');
  place.write('hosts', inventory);
  place.write('site.yml', play);
}

/**
 * A receptor that runs until the place is removed.
 *
 * @param {Workplace} place
 * @param {string[]} args
 */
export async function daemon(place, ...args) {
  const { code, output } = await place.run(
    'receptor',
    ['--node', `datadir=${place.path('data')}`, ...args],
    { until: /Initialization complete/ },
  );
  if (code !== null) throw new Error(`receptor ${args.join(' ')} ended with ${code}: ${output}`);
}

/** A node `far` with a control socket and the work types of the examples. @returns {Promise<string>} its port */
export async function far(/** @type {Workplace} */ place) {
  const port = String(await freePort());
  await daemon(
    place,
    ...['id=far', '--tcp-listener', 'bindaddr=127.0.0.1', `port=${port}`],
    ...['--control-service', `filename=${place.path('receptor.sock')}`],
    ...['--work-command', 'worktype=cat', 'command=cat', '--work-runner', 'offer=true'],
    ...['--work-command', 'worktype=echo', 'command=cat'],
  );
  return port;
}

/** The node of {@link far}, and one linked with it, `near`, whose control socket is `near.sock`. */
export async function nearAndFar(/** @type {Workplace} */ place) {
  const port = await far(place);
  const { code, output } = await place.run(
    'receptor',
    [
      ...['--node', 'id=near', `datadir=${place.path('data2')}`, '--tcp-peer'],
      ...[`127.0.0.1:${port}`, '--control-service', `filename=${place.path('near.sock')}`],
    ],
    // the link may be there before the control socket is
    { until: [/Connection established with far/, /Initialization complete/] },
  );
  if (code !== null) throw new Error(`near ended with ${code}: ${output}`);
}

/** Authority, certificate and key as the pages name them, for a node `hop` at localhost. */
export async function certificates(/** @type {Workplace} */ place) {
  for (const args of [
    ['--cert-init', 'commonname=our mesh', 'bits=2048', 'outcert=ca.crt', 'outkey=ca.key'],
    [
      ...['--cert-makereq', 'commonname=hop', 'nodeid=hop', 'dnsname=localhost', 'bits=2048'],
      ...['outreq=hop.csr', 'outkey=hop.key'],
    ],
    [
      ...['--cert-signreq', 'req=hop.csr', 'cacert=ca.crt', 'cakey=ca.key', 'outcert=hop.crt'],
      'verify=yes',
    ],
  ]) {
    const { code, output } = await place.run('receptor', args);
    if (code !== 0) throw new Error(`receptor ${args.join(' ')} ended with ${code}: ${output}`);
  }
}

/** A web server that takes everything. @returns {Promise<string>} its port */
export async function webServer(/** @type {Workplace} */ place) {
  const server = createServer((request, response) =>
    request.resume().on('end', () => response.end()),
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  place.keep({
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  const address = server.address();
  return String(typeof address === 'object' ? address?.port : '');
}
