// POST /job_run/<playbook> runs that playbook with the JSON of the body as extra variables; the answer is its output.
import { run } from '@receptorjs/runner-core';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

/** A playbook's name and nothing that leads elsewhere. */
const ROUTE = /^\/job_run\/(\w[\w.-]*\.ya?ml)$/;

/** A server for the playbooks of one private data dir. */
export function jobRunServer(/** @type {string} */ privateDataDir) {
  return createServer({ requestTimeout: 10_000 }, async (request, response) => {
    const refuse = (/** @type {number} */ status, /** @type {string} */ why) =>
      response.writeHead(status, { 'content-type': 'text/plain' }).end(`${why}\n`);
    const playbook = ROUTE.exec(request.url ?? '')?.[1];
    if (playbook === undefined) return refuse(404, 'POST to /job_run/<playbook>.yml');
    if (request.method !== 'POST') return refuse(405, 'POST it');
    const length = Number(request.headers['content-length'] ?? NaN);
    if (!(length <= 65_536)) return refuse(413, 'send at most 65536 bytes, and say how many');
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    try {
      const body = (await text(request)).trim() || '{}';
      // A text would be taken for the path of a file.
      if (!body.startsWith('{')) return refuse(400, 'send an object of variables');
      const extravars = JSON.parse(body);
      // Ansible would evaluate what looks like a template, with all it can do.
      if (/{[{%#]/.test(JSON.stringify(extravars))) return refuse(400, 'no templates, please');
      const envvars = { ANSIBLE_NOCOLOR: '1', ANSIBLE_NOCOWS: '1' };
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      response.setHeader('trailer', 'job-status');
      const { signal } = gone;
      const job = { privateDataDir, playbook, extravars, envvars, output: response, signal };
      const { status } = await run(job);
      response.addTrailers({ 'job-status': status });
      return response.end();
    } catch (error) {
      if (response.headersSent) return response.destroy();
      return refuse(400, error instanceof Error ? error.message : 'no');
    }
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  jobRunServer(process.argv[2] ?? 'jp').listen(8081, '127.0.0.1');
