import type { HealthReport } from '@receptorjs/controller-core';
import { parse } from 'yaml';

/** The most bytes of a report that are read. */
export const MAX_REPORT_BYTES = 256 * 1024;

/** The most errors that are taken from it, and characters of each. */
const MAX_ERRORS = 20;
const MAX_ERROR_CHARACTERS = 1_000;

const keys = ['runner_version', 'mem_in_bytes', 'cpu_count'] as const;

/**
 * Reads what `ansible-runner worker --worker-info` has printed: a mapping in YAML. What is missing is an error of the report, unless the node has told another one.
 */
export function readWorkerInfo(output: string): HealthReport {
  let info: unknown;
  try {
    // aliases could make a small text large
    info = parse(output, { maxAliasCount: 0 });
  } catch (error) {
    return faulty(`its worker info is no YAML: ${String(error)}`);
  }
  if (typeof info !== 'object' || info === null || Array.isArray(info)) {
    return faulty(`its worker info is no mapping: ${output.trim() || 'it is empty'}`);
  }
  const told = info as Readonly<Record<string, unknown>>;
  const given = Array.isArray(told['errors']) ? (told['errors'] as unknown[]) : [];
  const errors = given.slice(0, MAX_ERRORS).map((error) => shortened(String(error)));
  const { runner_version: version, uuid } = told;
  const memoryBytes = countOf(told['mem_in_bytes']);
  const cpus = countOf(told['cpu_count']);
  if (errors.length === 0) {
    const missing = keys.filter((key) =>
      key === 'runner_version' ? !isWord(version) : countOf(told[key]) === undefined,
    );
    for (const key of missing) errors.push(`its worker info has no ${key}`);
  }
  return {
    errors,
    ...(cpus !== undefined && { cpus }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(isWord(version) && { version: `ansible-runner-${version}` }),
    ...(isWord(uuid) && { uuid }),
  };
}

/** A report of one error. */
export function faulty(error: string): HealthReport {
  return { errors: [shortened(error)] };
}

const shortened = (text: string): string => text.slice(0, MAX_ERROR_CHARACTERS);

const isWord = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w.+-]{1,100}$/.test(value);

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}
