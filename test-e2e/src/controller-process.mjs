// The engine of a controller as a process of its own, which a test can kill. Its configuration is JSON in the first argument.
import { ControlEngine, DescribedRuns, systemClock } from '@receptorjs/controller-core';
import { ControllerMesh } from '@receptorjs/controller-mesh';
import {
  changeFeed,
  engineStores,
  openStorage,
  StoredRunMaterials,
} from '@receptorjs/controller-storage';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** @type {{ hostname: string, socket: string, database: string, folder: string }} */
const { hostname, socket, database, folder } = JSON.parse(process.argv[2] ?? '{}');
const jobs = join(folder, `jobs-of-${hostname}`);
mkdirSync(jobs, { recursive: true });
const storage = await openStorage({ kind: 'postgres', url: database });
const mesh = new ControllerMesh({ address: `unix:${socket}`, folder: jobs });
const materials = new StoredRunMaterials(storage.database, {
  projectsFolder: join(folder, 'projects'),
  decrypt: ({ inputs }) => inputs,
  decryptTyped: () => ({}),
});
const engine = new ControlEngine({
  hostname,
  stores: engineStores(storage.database),
  feed: changeFeed(storage),
  mesh,
  jobs: mesh.jobs,
  source: new DescribedRuns(materials, 'test'),
  clock: systemClock,
  own: {
    nodeType: 'control',
    machine: () => ({ cpus: 2, memoryBytes: 8 * 2 ** 30 }),
    version: 'test',
    uuid: randomUUID(),
  },
  newSubmissionId: randomUUID,
  onNotice: (sentence) => console.log(`${new Date().toISOString()} ${sentence}`),
});
process.once('SIGTERM', () => {
  engine
    .stop()
    .then(() => storage.close())
    .then(() => mesh.close())
    .then(() => process.exit(0));
});
await engine.start();
console.log('started');
