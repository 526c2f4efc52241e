import { KeyedSecretBox } from '@receptorjs/controller-api';
import { ControllerMesh } from '@receptorjs/controller-mesh';
import { errorText } from '@receptorjs/primitives';
import { sql } from 'kysely';
import { openController, type OpenController } from '../composition.js';
import { ReceptorNode } from '../engine/receptor-node.js';
import { hasAdmin } from '../first-data/admin.js';
import { Failure } from '../failure.js';
import { secretKeys } from '../settings/secret-keys.js';
import { openAll } from './rotate-key.js';

const MAX_SKEW_MS = 5000;
/** Milliseconds for what a node says of the mesh. */
const MESH_MS = 15_000;

/** What is looked at. */
export interface CheckArguments {
  readonly dataDir: string;
  /** The control socket of the node that the controller is to use; default: its own, if that runs. */
  readonly receptor?: string | undefined;
}

/** Looks at the database, the mesh, the keys, the clock and the accounts, and prints a line for each. @throws {Failure} if one is not as it should be */
export async function check(
  { dataDir, receptor }: CheckArguments,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const controller = await openController(dataDir, env);
  let [done, failed] = [0, 0];
  const look = async (what: string, work: () => Promise<string>): Promise<void> => {
    done += 1;
    try {
      console.log(`ok      ${what}: ${await work()}`);
    } catch (error) {
      failed += 1;
      console.log(`failed  ${what}: ${errorText(error)}`);
    }
  };
  try {
    await look('database', () => database(controller));
    await look('clock', () => clock(controller));
    await look('mesh', async () => {
      const address = receptor ?? (await ReceptorNode.runningAddress(dataDir));
      if (address !== undefined) return mesh(controller, address, dataDir);
      return 'no node runs; the controller starts its own';
    });
    await look('keys', async () => {
      const box = new KeyedSecretBox(secretKeys(dataDir, env));
      return `${await openAll(controller.storage, box)} secrets open`;
    });
    await look('administrator', async () => {
      if (await hasAdmin(controller.store)) return 'there is one';
      throw new Error('there is none; make one with create-admin');
    });
  } finally {
    await controller.storage.close();
  }
  if (failed > 0) throw new Failure(`${failed} of ${done} checks failed`);
}

async function database({ storage }: OpenController): Promise<string> {
  const done = await storage.migrate();
  const how = done.length === 0 ? 'up to date' : 'brought up to date';
  return `${storage.kind}, ${how}`;
}

/** Which nodes there are. @throws {Error} for those that are to take jobs and are not reached */
async function mesh({ storage }: OpenController, address: string, folder: string): Promise<string> {
  const watch = new ControllerMesh({ address, folder });
  try {
    const { hostname, nodes } = await watch.view(AbortSignal.timeout(MESH_MS));
    const reached = new Set(nodes.map((node) => node.hostname));
    const wanted = await storage.database
      .selectFrom('instances')
      .select('hostname')
      .where('enabled', '=', true)
      .where('node_state', 'in', ['ready', 'unavailable'])
      .orderBy('hostname')
      .execute();
    const missing = wanted.map((row) => row.hostname).filter((name) => !reached.has(name));
    if (missing.length > 0) throw new Error(`${hostname} does not reach ${missing.join(', ')}`);
    return `${hostname} answers, and reaches ${reached.size} nodes, itself among them`;
  } finally {
    watch.close();
  }
}

async function clock({ storage }: OpenController): Promise<string> {
  const before = Date.now();
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(
    storage.database,
  );
  const there = rows[0]?.now.getTime() ?? 0;
  const skew = Math.round(there - (before + Date.now()) / 2);
  if (Math.abs(skew) > MAX_SKEW_MS)
    throw new Error(`the database is ${skew} ms ahead of this machine`);
  return `${Math.abs(skew)} ms from that of the database`;
}
