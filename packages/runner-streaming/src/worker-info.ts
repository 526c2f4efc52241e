import { errorText } from '@receptorjs/primitives';
import { randomUUID } from 'node:crypto';
import { MAX_WORD_BYTES, readRegularFile } from '@receptorjs/runner-core/internal';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, homedir, totalmem } from 'node:os';
import { join } from 'node:path';

/** What a worker says about its machine; `null` where it could not find out, with the reason in `errors`. */
export interface WorkerInfo {
  readonly cpu_count: number | null;
  readonly errors: readonly string[];
  readonly mem_in_bytes: number | null;
  readonly runner_version: string;
  /** Stays the same on a machine: `~/.ansible_runner_uuid`. */
  readonly uuid: string | null;
}

/** Collects the worker's information; makes the file with the machine's uuid when there is none. */
export async function workerInfo(version: string, home = homedir()): Promise<WorkerInfo> {
  const errors: string[] = [];
  const file = join(home, '.ansible_runner_uuid');
  let uuid: string | null = (
    (await readRegularFile(file, MAX_WORD_BYTES).catch(() => undefined)) ?? ''
  ).trim();
  try {
    if (uuid === '') {
      uuid = randomUUID();
      await writeFile(file, uuid, { mode: 0o600 });
    }
  } catch (error) {
    uuid = null;
    errors.push(`${file} can't be written: ${errorText(error)}`);
  }
  return {
    cpu_count: availableParallelism(),
    errors,
    mem_in_bytes: totalmem(),
    runner_version: version,
    uuid,
  };
}

/** The information as a YAML flow mapping, keys sorted, with an empty line after it. */
export function formatWorkerInfo(info: WorkerInfo): string {
  const scalar = (value: string | number | null) => (value === null ? 'null' : String(value));
  const errors = info.errors.map((error) => JSON.stringify(error)).join(', ');
  return (
    `{cpu_count: ${scalar(info.cpu_count)}, errors: [${errors}], ` +
    `mem_in_bytes: ${scalar(info.mem_in_bytes)}, runner_version: ${info.runner_version}, ` +
    `uuid: ${scalar(info.uuid)}}\n\n`
  );
}
