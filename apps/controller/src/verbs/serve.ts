import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { KeyedSecretBox } from '@receptorjs/controller-api';
import { Joining, type MeshAddress, type ResourceStore } from '@receptorjs/controller-core';
import { FolderProjects } from '@receptorjs/controller-projects';
import { StoredJoins, storesInTransaction } from '@receptorjs/controller-storage';
import {
  API_VERSION,
  apiOf,
  installUuidOf,
  openController,
  type OpenController,
} from '../composition.js';
import { Failure } from '../failure.js';
import { StoredMeshAuthority } from '../joining/mesh-authority.js';
import { MESH_TLS, MeshListener } from '../joining/mesh-listener.js';
import { TokenSocket } from '../joining/token-socket.js';
import { isEveryAddress } from '../settings/mesh-address.js';
import { controllerEngine } from '../engine/engine.js';
import { ReceptorNode } from '../engine/receptor-node.js';
import { hasAdmin, newPassword, setAdmin } from '../first-data/admin.js';
import { secretKeys } from '../settings/secret-keys.js';
import { workPublicKey, workSigningKey } from '../settings/work-signing.js';
import { scmHosts } from '../settings/settings.js';
import { addFirstData } from '../first-data/first-data.js';

/** How the controller is started. */
export interface ServeArguments {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly node: string;
  readonly nodeType: 'control' | 'hybrid';
  /** Nodes that are registered when they appear. */
  readonly discover?: RegExp | undefined;
  readonly approveNodes?: boolean | undefined;
  /** The control socket of a node that is there already. */
  readonly receptor?: string | undefined;
  readonly workSigningKey?: string | undefined;
  readonly tlsClient?: string | undefined;
  /** URL of a collector of traces. */
  readonly traces?: string | undefined;
  /** Addresses of proxies in front, or of their networks. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Where its own node takes links of other nodes. */
  readonly meshListen?: MeshAddress | undefined;
  /** What others call that. */
  readonly meshAddress?: MeshAddress | undefined;
  /** Days that certificates of nodes are good for. */
  readonly certificateDays: number;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}

/** Runs the controller until it is told to end. */
export async function serve(options: ServeArguments, env: NodeJS.ProcessEnv): Promise<void> {
  const { dataDir, host, port, node, discover, approveNodes } = options;
  const { receptor, tlsCert, tlsKey } = options;
  const controller = await openController(dataDir, env);
  /** What has begun, the last one first: all of it ends, however far the start has come. */
  const begun: (() => Promise<unknown>)[] = [() => controller.storage.close()];
  try {
    const { storage, store } = controller;
    await storage.migrate();
    await addFirstData(store, join(dataDir, 'projects'));
    await ensureAdmin(store, env);
    const secrets = new KeyedSecretBox(secretKeys(dataDir, env));
    const tracing = tracingOf(options, env);
    const installUuid = await installUuidOf(storage);
    const authority = new StoredMeshAuthority(storage, secrets);
    const mesh = await meshListener(controller, options, authority);
    begun.unshift(() => Promise.resolve(mesh?.close()));
    const own =
      receptor === undefined
        ? await ReceptorNode.start(dataDir, node, { env, tracing, mesh })
        : undefined;
    begun.unshift(async () => own?.stop());
    const projects = new FolderProjects(join(dataDir, 'projects'));
    const hosts = scmHosts(env);
    const signingKey = await workSigningKey(dataDir, options.workSigningKey);
    const engine = await controllerEngine(controller, {
      projects,
      hosts,
      folder: dataDir,
      address: own?.address ?? receptor ?? '',
      nodeType: options.nodeType,
      signingKey,
      tlsClient: options.tlsClient ?? (mesh && MESH_TLS),
      tracing,
      secrets,
      discovery: {
        needsApproval: approveNodes,
        allows: discover && ((hostname) => discover.test(hostname)),
      },
      version: API_VERSION,
      uuid: installUuid,
    });
    begun.unshift(() => engine.stop());
    const tls =
      tlsCert === undefined || tlsKey === undefined
        ? undefined
        : { cert: readFileSync(tlsCert, 'utf8'), key: readFileSync(tlsKey, 'utf8') };
    const fingerprint = tls && fingerprintOf(tls.cert);
    const joining = new Joining({
      inTransaction: (work) => storesInTransaction(storage.database, work),
      authority,
      workPublicKey: workPublicKey(signingKey),
      certificateDays: options.certificateDays,
      hostname: engine.hostname,
      fingerprint,
      now: () => new Date(),
    });
    const app = await apiOf(controller, {
      joining,
      hostname: engine.hostname,
      installUuid,
      secrets,
      projects,
      hosts,
      tls,
      // the build puts them beside the program
      pages: join(import.meta.dirname, 'web'),
      trustedProxies: options.trustedProxies,
    });
    begun.unshift(async () => app.close());
    const address = await app.listen({ host, port });
    // after the interface, whose making keeps this process busy for long: a lease is to be renewed in time
    await engine.start();
    const socket = await TokenSocket.listen(dataDir, {
      store,
      hostname: engine.hostname,
      fingerprint,
    });
    begun.unshift(() => socket.close());
    console.log(`The controller answers at ${address}/api/v2/, its pages are at ${address}/`);
    await ended();
  } finally {
    for (const end of begun) await end();
  }
}

/** The listener of its own node, and what other nodes are told of it: nothing where it does not listen. @throws {Failure} */
async function meshListener(
  { stores, storage }: OpenController,
  { dataDir, node, nodeType, receptor, meshListen: listen, meshAddress }: ServeArguments,
  authority: StoredMeshAuthority,
): Promise<MeshListener | undefined> {
  if (listen === undefined && meshAddress !== undefined)
    throw new Failure('--mesh-address is what others call --mesh-listen, which is missing', 2);
  if (receptor !== undefined) {
    if (listen === undefined) return undefined;
    throw new Failure('--mesh-listen is for the node that is brought along, not for --receptor', 2);
  }
  const joins = new StoredJoins(storage.database);
  if (listen === undefined) {
    await joins.setAddress(node, undefined);
    return undefined;
  }
  const address =
    meshAddress ?? (isEveryAddress(listen) ? { host: hostname(), port: listen.port } : listen);
  const listener = await MeshListener.prepare({
    ...{ nodeId: node, listen, address, authority },
    folder: join(dataDir, 'receptor', 'tls'),
    onNotice: (sentence) => console.error(sentence),
  });
  await stores.instances.discover({ hostname: node, nodeType, approved: true });
  await joins.setAddress(node, address);
  return listener;
}

/** SHA-256 of the first certificate of a PEM text, in base64url. */
const fingerprintOf = (pem: string): string =>
  createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');

/** Traces are sent where an option or the environment says to which collector. */
function tracingOf(
  { traces }: ServeArguments,
  env: NodeJS.ProcessEnv,
): { readonly endpoint?: string | undefined } | undefined {
  if (traces !== undefined) return { endpoint: traces };
  const isSet = (name: string): boolean => (env[name] ?? '') !== '';
  return isSet('OTEL_EXPORTER_OTLP_ENDPOINT') || isSet('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')
    ? {}
    : undefined;
}

/** Makes the first administrator; a password that nobody has given is printed, once. */
async function ensureAdmin(store: ResourceStore, env: NodeJS.ProcessEnv): Promise<void> {
  if (await hasAdmin(store)) return;
  const given = env['CONTROLLER_ADMIN_PASSWORD'];
  const password = given ?? newPassword();
  await setAdmin(store, 'admin', password);
  if (given === undefined)
    console.log(`The password of admin is ${password} and is not shown again.`);
}

/** Resolves at the first signal to end; the second ends the process at once. */
const ended = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
