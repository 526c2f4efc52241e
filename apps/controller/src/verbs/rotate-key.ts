import {
  isLocked,
  KeyedSecretBox,
  purposeOf,
  START_ARGUMENTS,
  type SecretBox,
} from '@receptorjs/controller-api';
import {
  rewriteSecrets,
  type RewrittenSecrets,
  type Storage,
} from '@receptorjs/controller-storage';
import { AUTHORITY_KEY } from '../joining/mesh-authority.js';
import { openController } from '../composition.js';
import { Failure } from '../failure.js';
import { areKeysGiven, keyFile, newKey, secretKeys, writeKeys } from '../settings/secret-keys.js';

/**
 * Stores all secrets under another key: a new one of the file, or the first of those that the variable gives. Whenever it is cut short, the keys that are there open all
 * secrets, and it may be run again.
 *
 * @param isOnline controllers that run have the new key already
 * @throws {Failure} while controllers run that may not have it
 */
export async function rotateKey(
  dataDir: string,
  isOnline: boolean,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { storage } = await openController(dataDir, env);
  try {
    await storage.migrate();
    const isGiven = areKeysGiven(env);
    const before = secretKeys(dataDir, env);
    if (isGiven && before.length < 2)
      throw new Failure('CONTROLLER_SECRET_KEY must have the new key and then the one before it');
    if (isOnline && !isGiven)
      throw new Failure(
        '--online is for keys of CONTROLLER_SECRET_KEY: controllers that run have no key that is made now',
      );
    if (!isOnline) await refuseWhileControllersRun(storage);
    const keys = isGiven ? before : [newKey(), ...before];
    // both are there before the first secret is stored under the new one
    if (!isGiven) writeKeys(dataDir, keys);
    const { found, replaced } = await relock(storage, new KeyedSecretBox(keys));
    if (!isGiven) writeKeys(dataDir, keys.slice(0, 1));
    const where = isGiven ? 'the first key of CONTROLLER_SECRET_KEY' : keyFile(dataDir);
    console.log(`${replaced} of ${found} secrets were stored anew: all are under ${where} now.`);
  } finally {
    await storage.close();
  }
}

/** Opens each secret, and locks it with the first key. */
const relock = (storage: Storage, box: SecretBox): Promise<RewrittenSecrets> =>
  lockedSecrets(storage, (locked, purpose) => box.lock(box.open(locked, purpose), purpose));

/** Opens each secret, and leaves it as it is. @returns how many there are @throws {SecretBoxError} for one that does not open */
export async function openAll(storage: Storage, box: SecretBox): Promise<number> {
  const { found } = await lockedSecrets(storage, (locked, purpose) => {
    box.open(locked, purpose);
    return locked;
  });
  return found;
}

/** Goes through what is locked, and counts that alone. */
async function lockedSecrets(
  storage: Storage,
  rewrite: (locked: string, purpose: string) => string,
): Promise<RewrittenSecrets> {
  let found = 0;
  const each = (text: string, purpose: string): string => {
    if (!isLocked(text)) return text;
    found += 1;
    return rewrite(text, purpose);
  };
  const { replaced } = await rewriteSecrets(storage, {
    input: (name, text) => each(text, purposeOf(name)),
    startArguments: (text) => each(text, START_ARGUMENTS),
    authorityKey: (text) => each(text, AUTHORITY_KEY),
  });
  return { found, replaced };
}

async function refuseWhileControllersRun({ database }: Storage): Promise<void> {
  const alive = await database
    .selectFrom('controller_leases')
    .select('hostname')
    .where('expires', '>', (query) => query.fn<Date>('now'))
    .execute();
  if (alive.length === 0) return;
  const names = alive.map(({ hostname }) => hostname).join(', ');
  throw new Failure(
    `controllers run (${names}): end them, or give all of them the new key beside the one before it, and then use --online`,
  );
}
