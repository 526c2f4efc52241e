import {
  changeFeed,
  engineStores,
  KyselyResourceStore,
  KyselySessionStore,
  openStorage,
  StoredJobChanges,
  storesInTransaction,
  type Storage,
  type StorageConfiguration,
} from '@receptorjs/controller-storage';
import type { Joining, ResourceStore } from '@receptorjs/controller-core';
import { randomBytes } from 'node:crypto';
import { hashPassword } from './authentication/passwords.js';
import { digestOf } from './authentication/secrets.js';
import type { Role } from './permissions/roles.js';
import { KeyedSecretBox } from './secrets/secret-box.js';
import { createApi } from './server.js';

/** What an answer was. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: AnswerBody;
}

/** What tests look at in answers; each has some of it. */
export interface AnswerBody {
  readonly id: number;
  readonly url: string;
  readonly summary_fields: { readonly user: { readonly username: string } };
  readonly name: string;
  readonly count: number;
  readonly results: readonly AnswerBody[];
  readonly token: string;
  readonly detail: string;
  readonly [field: string]: unknown;
}

/** A server on a database of its own, and a user of each role with a token. */
export interface TestServer {
  readonly url: string;
  readonly storage: Storage;
  readonly store: ResourceStore;
  readonly secrets: KeyedSecretBox;
  /** Sends a request as somebody, an administrator unless it says otherwise. */
  send(
    method: string,
    path: string,
    body?: unknown,
    options?: { readonly as?: Role | undefined; readonly headers?: Record<string, string> },
  ): Promise<Answer>;
  stop(): Promise<void>;
}

/** Milliseconds for a server to start on a busy machine. */
export const START_MS = 240_000;
export const PASSWORD = 'correct horse battery staple';

/** How a server is started. */
export interface TestServerOptions {
  /** Default: PGlite, in memory. */
  readonly database?: StorageConfiguration;
  readonly hostname?: string;
  readonly heartbeatMs?: number;
  readonly trustedProxies?: readonly string[];
  /** How machines join; default: not at all. */
  readonly joining?: (storage: Storage) => Joining;
}

/** Starts a server. Users have the names of their roles. */
export async function startServer({
  database = { kind: 'pglite' },
  hostname = 'control-1',
  heartbeatMs,
  trustedProxies,
  joining,
}: TestServerOptions = {}): Promise<TestServer> {
  const storage = await openStorage(database);
  await storage.migrate();
  const store = new KyselyResourceStore(storage.database);
  if ((await store.count('users', { kind: 'all', of: [] })) === 0) await addUsers(store);
  const { queue, records } = engineStores(storage.database);
  const secrets = new KeyedSecretBox([randomBytes(32)]);
  const app = await createApi(
    {
      store,
      reads: new KyselyResourceStore(storage.reads),
      sessions: new KyselySessionStore(storage.database),
      secrets,
      queue,
      records,
      inTransaction: (work) => storesInTransaction(storage.database, work),
      feed: changeFeed(storage),
      changes: new StoredJobChanges(storage.database),
      joining: joining?.(storage),
      facts: { hostname, version: '24.6.1', installUuid: 'test' },
      now: () => new Date(),
    },
    { logger: false, trustedProxies, ...(heartbeatMs === undefined ? {} : { heartbeatMs }) },
  );
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    storage,
    store,
    secrets,
    async send(method, path, body, { as = 'admin', headers = {} } = {}) {
      const response = await fetch(url + path, {
        method,
        redirect: 'manual',
        headers: {
          authorization: `Bearer token-of-${as}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') === true;
      const { status, headers: answered } = response;
      return {
        status,
        headers: answered,
        text,
        body: (isJson ? JSON.parse(text) : {}) as AnswerBody,
      };
    },
    async stop() {
      await app.close();
      await storage.close();
    },
  };
}

async function addUsers(store: ResourceStore): Promise<void> {
  const password = await hashPassword(PASSWORD);
  const flags: Record<Role, object> = {
    admin: { is_superuser: true },
    operator: { is_operator: true },
    auditor: { is_system_auditor: true },
    none: {},
  };
  for (const [username, own] of Object.entries(flags)) {
    const user = await store.insert('users', { username, password, ...own });
    const expires = new Date(Date.now() + 86_400_000);
    const token_hash = digestOf(`token-of-${username}`);
    await store.insert('tokens', { user, token_hash, scope: 'write', expires });
  }
}
