import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeyedSecretBox } from '@receptorjs/controller-api';
import type { ResourceStore } from '@receptorjs/controller-core';
import { FolderProjects } from '@receptorjs/controller-projects';
import { API_VERSION, apiOf, installUuidOf, openController } from '../composition.js';
import { controllerEngine } from '../engine/engine.js';
import { ReceptorNode } from '../engine/receptor-node.js';
import { hasAdmin, newPassword, setAdmin } from '../first-data/admin.js';
import { secretKeys } from '../settings/secret-keys.js';
import { workSigningKey } from '../settings/work-signing.js';
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
    const own =
      receptor === undefined
        ? await ReceptorNode.start(dataDir, node, { env, tracing })
        : undefined;
    begun.unshift(async () => own?.stop());
    const projects = new FolderProjects(join(dataDir, 'projects'));
    const hosts = scmHosts(env);
    const engine = await controllerEngine(controller, {
      projects,
      hosts,
      folder: dataDir,
      address: own?.address ?? receptor ?? '',
      nodeType: options.nodeType,
      signingKey: await workSigningKey(dataDir, options.workSigningKey),
      tlsClient: options.tlsClient,
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
    const app = await apiOf(controller, {
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
    console.log(`The controller answers at ${address}/api/v2/, its pages are at ${address}/`);
    await ended();
  } finally {
    for (const end of begun) await end();
  }
}

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
