import type { SecretBox } from '@receptorjs/controller-api';
import {
  ControlEngine,
  DescribedRuns,
  systemClock,
  type DiscoveryPolicy,
} from '@receptorjs/controller-core';
import { ControllerMesh } from '@receptorjs/controller-mesh';
import { changeFeed, StoredRunMaterials } from '@receptorjs/controller-storage';
import { randomUUID } from 'node:crypto';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { OpenController } from '../composition.js';
import { ensureFolder } from '../settings/data-folder.js';
import { openedInputs, openedTyped } from './opened-secrets.js';

/** What the engine is started with. */
export interface EngineSettings {
  readonly folder: string;
  /** The control socket of the node beside this process. */
  readonly address: string;
  readonly secrets: SecretBox;
  /** Whether this machine runs jobs of users, or the control plane alone. */
  readonly nodeType: 'control' | 'hybrid';
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
  { folder, address, secrets, nodeType, discovery, version, uuid }: EngineSettings,
): Promise<ControllerEngine> {
  const jobsFolder = join(folder, 'jobs');
  ensureFolder(jobsFolder);
  const mesh = new ControllerMesh({ address, folder: jobsFolder });
  const hostname = await mesh.hostname();
  const materials = new StoredRunMaterials(storage.database, {
    projectsFolder: join(folder, 'projects'),
    decrypt: ({ inputs }) => openedInputs(secrets, inputs),
    decryptTyped: (job) => openedTyped(secrets, job),
  });
  const engine = new ControlEngine({
    hostname,
    stores,
    feed: changeFeed(storage),
    mesh,
    jobs: mesh.jobs,
    source: new DescribedRuns(materials),
    clock: systemClock,
    discovery,
    own: { nodeType, machine, version, uuid },
    newSubmissionId: randomUUID,
    onNotice: (sentence) => console.error(sentence),
  });
  return {
    hostname,
    start: () => engine.start(),
    async stop() {
      await engine.stop();
      mesh.close();
    },
  };
}

/** This machine, as far as it is ours. */
function machine() {
  const limit = process.constrainedMemory();
  const memoryBytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return { cpus: availableParallelism(), memoryBytes };
}
