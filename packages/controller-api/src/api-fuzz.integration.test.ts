import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from './test-server.js';

const root = join(import.meta.dirname, '..', '..', '..');
const program = join(root, '.tools', 'schemathesis', 'bin', 'schemathesis');
const isMissing = !existsSync(program);
if (isMissing) console.warn('skipped: schemathesis is not installed');

/** The short form, of every test run; `npm run test:api-fuzz` takes longer. */
const SECONDS = Number(process.env['API_FUZZ_SECONDS'] ?? '60');
const SEED = process.env['API_FUZZ_SEED'] ?? '1';

/**
 * What is looked at in every answer. What is left out: clients send numbers and truths as text, and those are taken though the document does not say so; and a value that has the
 * right form may be refused all the same, such as the id of a row that is not there. Wrong passwords are guesses, and whoever guesses waits: other tests look at that.
 */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
].join(',');
/** Streams last as long as what they tell of. */
const streams = '/stream/$|^/job_run/';
/** Whoever changes these shuts themselves out, and finds nothing any more: they come last. */
const oneself = '^/api/v2/(users|tokens)/\\{id\\}/$|^/api/log(in|out)/$';

let server: TestServer;
beforeAll(async () => {
  if (isMissing) return;
  server = await startServer();
  await addRows(server);
}, START_MS);
afterAll(async () => {
  if (!isMissing) await server.stop();
});

/** One of everything, so that the smallest ids are there. */
async function addRows({ store }: TestServer): Promise<void> {
  const organization = await store.insert('organizations', { name: 'Default' });
  const inputs = { fields: [{ id: 'username' }, { id: 'password', secret: true }] };
  const credential_type = await store.insert('credential_types', {
    name: 'Machine',
    kind: 'ssh',
    inputs,
  });
  await store.insert('credentials', { name: 'key', organization, credential_type });
  await store.insert('execution_environments', { name: 'image', image: 'example.org/ee:1' });
  for (const name of ['controlplane', 'default']) await store.insert('instance_groups', { name });
  await store.insert('instances', {
    hostname: 'control-1',
    node_type: 'hybrid',
    node_state: 'ready',
  });
  const inventory = await store.insert('inventories', { name: 'all', organization });
  await store.insert('hosts', { name: 'web', inventory });
  await store.insert('groups', { name: 'webs', inventory });
  const project = await store.insert('projects', { name: 'plays', organization, status: 'ok' });
  const template = { name: 'site', playbook: 'site.yml', project, inventory, organization };
  await store.insert('job_templates', template);
}

/** Sends requests to the addresses that options choose; what schemathesis says, and how it ended. */
function fuzz(
  seconds: number,
  options: readonly string[],
): Promise<{ code: number | null; said: string }> {
  const args = [
    'run',
    `${server.url}/api/schema/`,
    ...['--url', server.url, '-H', 'Authorization: Bearer token-of-admin'],
    ...['--phases', 'coverage,fuzzing', '--max-time', String(seconds), '--seed', SEED],
    ...['--checks', checks, '--continue-on-failure', '--no-color', '--max-examples', '20'],
    ...options,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: join(root, '.tools') });
    let said = '';
    const add = (chunk: Buffer): void => void (said += chunk.toString());
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}

/** Nothing where it ended well; else what failed, as far as it is of use, and the summary. */
const failuresOf = ({ code, said }: { code: number | null; said: string }): string =>
  code === 0 ? '' : said.slice(Math.max(0, said.indexOf('= FAILURES'))).slice(0, 20_000);

describe.skipIf(isMissing)('the interface, fuzzed by its own document', () => {
  it(
    'answers whatever it is sent, and as it is documented',
    async () => {
      const outcome = await fuzz(SECONDS, ['--exclude-path-regex', `${streams}|${oneself}`]);
      console.log(outcome.said.slice(outcome.said.lastIndexOf('= SUMMARY')));
      expect(failuresOf(outcome)).toBe('');
    },
    (SECONDS + 120) * 1000,
  );

  it(
    'does so too where one may shut oneself out',
    async () => {
      const seconds = Math.ceil(SECONDS / 4);
      const outcome = await fuzz(seconds, ['--include-path-regex', oneself]);
      expect(failuresOf(outcome)).toBe('');
    },
    (SECONDS + 120) * 1000,
  );
});
