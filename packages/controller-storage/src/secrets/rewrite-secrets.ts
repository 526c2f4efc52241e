import type { JsonObject } from '@receptorjs/controller-core';
import type { Storage } from '../database/storage.js';
import { jsonText } from '../schema/columns.js';
import type { Executor } from '../repositories/executor.js';

/** Makes of each secret that is stored what is to be stored instead; what it returns as it was is left alone. */
export interface SecretRewriting {
  /** @param name of the input of a credential */
  input(name: string, value: string): string;
  /** What was typed at the launch of a job; jobs have it until they have begun. */
  startArguments(value: string): string;
  /** The private key of a CA. */
  authorityKey(value: string): string;
}

/** How many secrets there are, and how many were replaced. */
export interface RewrittenSecrets {
  readonly found: number;
  readonly replaced: number;
}

/** Rows that are held in memory at once. */
const PAGE = 200;

/**
 * Goes through all texts in which secrets may be: inputs of credentials, what was typed for jobs, and keys of CAs. It is one transaction, all or nothing, and the rows stay locked until
 * its end.
 *
 * @throws what the rewriting throws
 */
export function rewriteSecrets(
  { database }: Storage,
  rewriting: SecretRewriting,
): Promise<RewrittenSecrets> {
  return database.transaction().execute(async (transaction) => {
    const inputs = await rewriteInputs(transaction, rewriting);
    const typed = await rewriteStartArguments(transaction, rewriting);
    const keys = await rewriteAuthorityKeys(transaction, rewriting);
    const all = [inputs, typed, keys];
    return {
      found: all.reduce((sum, { found }) => sum + found, 0),
      replaced: all.reduce((sum, { replaced }) => sum + replaced, 0),
    };
  });
}

async function rewriteInputs(
  executor: Executor,
  rewriting: SecretRewriting,
): Promise<RewrittenSecrets> {
  let [found, replaced, last] = [0, 0, 0];
  for (;;) {
    const rows = await executor
      .selectFrom('credentials')
      .select(['id', 'inputs'])
      .where('id', '>', last)
      .orderBy('id')
      .limit(PAGE)
      .forUpdate()
      .execute();
    for (const { id, inputs } of rows) {
      let changed = 0;
      const entries = Object.entries(inputs).map(([name, value]): [string, JsonObject[string]] => {
        if (typeof value !== 'string') return [name, value];
        found += 1;
        const after = rewriting.input(name, value);
        if (after !== value) changed += 1;
        return [name, after];
      });
      replaced += changed;
      if (changed > 0) {
        await executor
          .updateTable('credentials')
          .set({ inputs: jsonText(Object.fromEntries(entries)) })
          .where('id', '=', id)
          .execute();
      }
    }
    if (rows.length < PAGE) return { found, replaced };
    last = rows.at(-1)?.id ?? last;
  }
}

async function rewriteStartArguments(
  executor: Executor,
  rewriting: SecretRewriting,
): Promise<RewrittenSecrets> {
  let [found, replaced, last] = [0, 0, 0];
  for (;;) {
    const rows = await executor
      .selectFrom('unified_jobs')
      .select(['id', 'start_args'])
      .where('start_args', '!=', '')
      .where('id', '>', last)
      .orderBy('id')
      .limit(PAGE)
      .forUpdate()
      .execute();
    for (const { id, start_args: value } of rows) {
      found += 1;
      const after = rewriting.startArguments(value);
      if (after === value) continue;
      replaced += 1;
      await executor
        .updateTable('unified_jobs')
        .set({ start_args: after })
        .where('id', '=', id)
        .execute();
    }
    if (rows.length < PAGE) return { found, replaced };
    last = rows.at(-1)?.id ?? last;
  }
}

/** There are as many as CAs: a few. */
async function rewriteAuthorityKeys(
  executor: Executor,
  rewriting: SecretRewriting,
): Promise<RewrittenSecrets> {
  const rows = await executor
    .selectFrom('certificate_authorities')
    .select(['id', 'private_key'])
    .orderBy('id')
    .forUpdate()
    .execute();
  let replaced = 0;
  for (const { id, private_key: value } of rows) {
    const after = rewriting.authorityKey(value);
    if (after === value) continue;
    replaced += 1;
    await executor
      .updateTable('certificate_authorities')
      .set({ private_key: after })
      .where('id', '=', id)
      .execute();
  }
  return { found: rows.length, replaced };
}
