import type { SecretBox } from '@receptorjs/controller-api';
import {
  ControlEngine,
  DescribedRuns,
  systemClock,
  type DiscoveryPolicy,
  UpdateEngine,
  UpdateSource,
  type JobRunnerOptions,
  type ProjectFolders,
  type ScmHostRules,
} from '@receptorjs/controller-core';
import { ControllerMesh } from '@receptorjs/controller-mesh';
import { FolderRunFiles } from '@receptorjs/controller-projects';
import {
  changeFeed,
  StoredDependencies,
  StoredRunMaterials,
  StoredUpdates,
} from '@receptorjs/controller-storage';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { OpenController } from '../composition.js';
import { ensureFolder } from '../settings/data-folder.js';
import { JobTraces } from './job-traces.js';
import { ownMachine } from './own-machine.js';
import { openedInputs, openedTyped } from './opened-secrets.js';

/** What the engine is started with. */
export interface EngineSettings {
  readonly folder: string;
  /** The control socket of the node beside this process. */
  readonly address: string;
  readonly nodeType: 'hybrid' | 'control';
  /** File of the key that work for other nodes is signed by. */
  readonly signingKey: string;
  /** Name of a `tls-client` of the node. */
  readonly tlsClient?: string | undefined;
  /** Whether jobs are traced, and to which collector; default: to none. */
  readonly tracing?: { readonly endpoint?: string | undefined } | undefined;
  readonly secrets: SecretBox;
  /** The projects of this machine. */
  readonly projects: ProjectFolders;
  /** Which machines they may come from. */
  readonly hosts: ScmHostRules;
  readonly discovery?: DiscoveryPolicy | undefined;
  readonly version: string;
  readonly uuid: string;
}

/** The engine of a controller. */
export interface ControllerEngine {
  /** The node of the mesh that it is. */
  readonly hostname: string;
  /** Begins. */
  start(): Promise<void>;
  /** Ends it; jobs go on where they run. */
  stop(): Promise<void>;
}

/** What the controller does by itself: it keeps the fleet, gives jobs their places and runs them. It has not begun. */
export async function controllerEngine(
  { storage, stores }: OpenController,
  settings: EngineSettings,
): Promise<ControllerEngine> {
  const { folder, address, nodeType, tracing, secrets, projects, hosts, version, uuid } = settings;
  const jobsFolder = join(folder, 'jobs');
  ensureFolder(jobsFolder);
  const mesh = new ControllerMesh({
    address,
    folder: jobsFolder,
    tlsClient: settings.tlsClient,
    signing: { privateKey: settings.signingKey },
  });
  const hostname = await mesh.hostname();
  const onNotice = (sentence: string): void => console.error(sentence);
  const tracer = tracing && (await JobTraces.open({ ...tracing, hostname, version, onNotice }));
  const materials = new StoredRunMaterials(storage.database, {
    projectsFolder: join(folder, 'projects'),
    decrypt: ({ inputs }) => openedInputs(secrets, inputs),
    decryptTyped: (job) => openedTyped(secrets, job),
  });
  const feed = changeFeed(storage);
  const runner = (): JobRunnerOptions => ({
    owned: stores.owned,
    mesh: mesh.jobs,
    source,
    clock: systemClock,
    newSubmissionId: randomUUID,
    tracer,
    onNotice,
  });
  const updateSource = new UpdateSource({
    hostname,
    folders: projects,
    updates: new StoredUpdates(storage.database),
    queue: stores.queue,
    owned: stores.owned,
    runner,
    materials,
    files: new FolderRunFiles(),
    hosts,
  });
  const source = new DescribedRuns(materials, uuid, updateSource);
  const updates = new UpdateEngine({
    dependencies: new StoredDependencies(storage.database),
    source: updateSource,
    feed,
    clock: systemClock,
    onNotice,
  });
  const engine = new ControlEngine({
    hostname,
    stores,
    feed,
    mesh,
    jobs: mesh.jobs,
    source,
    clock: systemClock,
    discovery: settings.discovery,
    own: { nodeType, machine: () => ownMachine(process.env), version, uuid },
    newSubmissionId: randomUUID,
    tracer,
    onNotice,
  });
  return {
    hostname,
    async start() {
      await engine.start();
      await updates.start();
    },
    async stop() {
      await updates.stop();
      await engine.stop();
      mesh.close();
      await tracer?.close();
    },
  };
}
