import type { RunFiles } from '@receptorjs/controller-core';
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of the facts of one host, and hosts of a run. */
const MAX_FACTS = 8 * 2 ** 20;
const MAX_HOSTS = 100_000;

/** What runs leave in folders of this machine. What has come from elsewhere is data: links are not followed. */
export class FolderRunFiles implements RunFiles {
  async readFacts(
    artifacts: string,
  ): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
    const folder = join(artifacts, 'fact_cache');
    const names = (await readdir(folder).catch(() => [])).slice(0, MAX_HOSTS);
    const found = new Map<string, Readonly<Record<string, unknown>>>();
    for (const name of names) {
      const facts = parsed(await textOf(join(folder, name), MAX_FACTS).catch(() => undefined));
      if (facts !== undefined) found.set(name, facts);
    }
    return found;
  }

  read(artifacts: string, name: string, maxBytes: number): Promise<string | undefined> {
    return textOf(join(artifacts, name), maxBytes);
  }
}

function parsed(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

async function textOf(path: string, maxBytes: number): Promise<string | undefined> {
  let file;
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    file = await open(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const about = await file.stat();
    if (!about.isFile()) return undefined;
    if (about.size > maxBytes)
      throw new Error(`it has ${about.size} bytes; ${maxBytes} are allowed`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
