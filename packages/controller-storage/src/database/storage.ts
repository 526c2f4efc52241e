import type { Kysely } from 'kysely';
import type { Tables } from '../schema/tables.js';

/** Which database it is. */
export type StorageConfiguration =
  | {
      readonly kind: 'pglite';
      /** Where it is kept, made where it is missing; absent for one that is gone with the process. One process at a time. */
      readonly folder?: string | undefined;
    }
  | {
      readonly kind: 'postgres';
      /** Such as `postgres://user:password@host:5432/database`. */
      readonly url: string;
      /** Connections at once beside the one that listens and those for reading; default 10. */
      readonly maxConnections?: number | undefined;
      /** Milliseconds for a statement of {@link Storage.reads}; default 5 s. */
      readonly readTimeoutMs?: number | undefined;
    };

/** What somebody who listens is told. */
export interface ChannelListener {
  /** A message, of whoever sent it, this process too. */
  readonly onMessage: (payload: string) => void;
  /** Messages may have been missed: the connection was lost, and is there again. */
  readonly onGap?: (() => void) | undefined;
}

/** An open database of a control plane. */
export interface Storage {
  readonly kind: StorageConfiguration['kind'];
  /** For queries with types. */
  readonly database: Kysely<Tables>;
  /**
   * For what others ask, such as lists with filters of theirs: a few connections of its own, with a short limit of time for a statement, so that no question holds
   * those of {@link Storage.database}. PGlite has one connection and no limits of time: there it is the same as `database`.
   */
  readonly reads: Kysely<Tables>;

  /**
   * Listens on a channel of the database, until the function that it returns is called. A lost connection is made anew for as long as
   * it takes.
   */
  listen(channel: string, listener: ChannelListener): Promise<() => Promise<void>>;

  /** Tells all who listen on a channel, in all processes. Messages are not kept: who does not listen never hears of them. */
  notify(channel: string, payload: string): Promise<void>;

  /**
   * Brings the schema up to date, and returns the names of the steps that were missing. Several processes may do it at the same time.
   *
   * @throws {Error} where the database has steps that this version does not know, which a later version has made
   */
  migrate(): Promise<readonly string[]>;

  /** Ends all connections, once what is under way on them has ended. */
  close(): Promise<void>;
}
