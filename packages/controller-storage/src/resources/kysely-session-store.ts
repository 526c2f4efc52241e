import type { LoginSession, SessionStore } from '@receptorjs/controller-core';
import type { Kysely } from 'kysely';
import type { Tables } from '../schema/tables.js';

/** Sessions in a database. */
export class KyselySessionStore implements SessionStore {
  constructor(private readonly database: Kysely<Tables>) {}

  async add({ idHash, userId, csrfToken, remoteAddress, expires }: LoginSession): Promise<void> {
    const row = { id_hash: idHash, user_id: userId, csrf_token: csrfToken };
    await this.database
      .insertInto('sessions')
      .values({ ...row, remote_address: remoteAddress, expires })
      .execute();
  }

  async find(idHash: string, now: Date): Promise<LoginSession | undefined> {
    const row = await this.database
      .selectFrom('sessions')
      .selectAll()
      .where('id_hash', '=', idHash)
      .where('expires', '>', now)
      .executeTakeFirst();
    return (
      row && {
        idHash,
        userId: row.user_id,
        csrfToken: row.csrf_token,
        remoteAddress: row.remote_address,
        expires: row.expires,
      }
    );
  }

  async extend(idHash: string, expires: Date): Promise<void> {
    await this.database
      .updateTable('sessions')
      .set({ expires })
      .where('id_hash', '=', idHash)
      .execute();
  }

  async remove(idHash: string): Promise<void> {
    await this.database.deleteFrom('sessions').where('id_hash', '=', idHash).execute();
  }

  async removeOfUser(userId: number): Promise<void> {
    await this.database.deleteFrom('sessions').where('user_id', '=', userId).execute();
  }

  async removeExpired(now: Date): Promise<void> {
    await this.database.deleteFrom('sessions').where('expires', '<=', now).execute();
  }

  async count(now: Date): Promise<number> {
    const { count } = await this.database
      .selectFrom('sessions')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('expires', '>', now)
      .executeTakeFirstOrThrow();
    return Number(count);
  }
}
