import type { RunResult } from '@receptorjs/runner-core';
import type { NodeRunResult } from '@receptorjs/runner-mesh';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandLineOptions } from './command-line/command-line-options.js';
import { jobOptions } from './command-line/job-options.js';
import { runJob, type JobRequest, type JobContext } from './run-job.js';

const PROGRAMS = { adhoc: 'ansible', playbook: 'ansible-playbook' } as const;

/**
 * Runs `ansible` or `ansible-playbook` with the words of a command line, in the folder one stands in. The run and its
 * artifacts live in a temporary folder that is removed at the end, or in the one that `--private-data-dir` names.
 */
export async function runDirectly(
  subcommand: keyof typeof PROGRAMS,
  words: readonly string[],
  options: CommandLineOptions,
  log: Omit<JobRequest, 'options'>,
  context: JobContext,
): Promise<RunResult | NodeRunResult> {
  const folder = options.privateDataDir ?? (await mkdtemp(join(tmpdir(), 'ansible-runner-')));
  const job = {
    ...jobOptions(folder, options),
    binary: PROGRAMS[subcommand],
    cmdline: words.map(quoted).join(' '),
    projectDir: process.cwd(),
    // Without a module among its options, the run can't know that this is no playbook.
    ...(subcommand === 'adhoc' && {
      envvars: { ANSIBLE_LOAD_CALLBACK_PLUGINS: '1', AD_HOC_COMMAND_ID: '1' },
    }),
  };
  try {
    return await runJob({ ...log, options: job }, context);
  } finally {
    if (options.privateDataDir === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** A word as a shell takes it for one. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
