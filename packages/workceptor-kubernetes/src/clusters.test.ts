import { silentLogger } from '@receptorjs/primitives';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Clusters } from './clusters.js';
import { ApiServer } from './testing/api-server.js';

let folder: string;
let server: ApiServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kube-clusters-'));
  server = await ApiServer.start();
});
afterEach(async () => {
  await server.down();
  rmSync(folder, { recursive: true, force: true });
});

it('units one after the other log in by a program once, until the kubeconfig names another cluster', async () => {
  const [path, count] = [join(folder, 'config'), join(folder, 'count')];
  const said = JSON.stringify({ status: { token: server.token } });
  const script = `echo x >> '${count}'; printf %s '${said}'`;
  const exec = { apiVersion: 'v1', command: 'sh', args: ['-c', script] };
  const withProgram = server.kubeConfig.replace(/"user":\{"token".*?\}/, () => {
    return `"user":${JSON.stringify({ exec })}`;
  });
  writeFileSync(path, withProgram);
  server.add({ metadata: { name: 'p', namespace: 'jobs' } });
  const clusters = new Clusters({ limits: {}, log: silentLogger });
  for (let n = 0; n < 5; n++) {
    const { value, letGo } = clusters.api({ kind: 'file', path });
    await value.getPod('jobs', 'p');
    letGo();
  }
  expect(statSync(count).size).toBe(2);
  writeFileSync(path, withProgram.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1/other'));
  const other = clusters.api({ kind: 'file', path });
  expect(other.value.host).toBe('127.0.0.1:1');
  other.letGo();
});
