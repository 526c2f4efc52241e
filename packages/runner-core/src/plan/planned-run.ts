import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planJob } from './job-plan.js';
import { readPrivateDataDir } from '../inputs/private-data-dir.js';
import { removeTree } from '../inputs/project-copy.js';
import { findPython } from '../python-assets.js';
import { validateJobOptions } from '../inputs/run-option-checks.js';
import type { RunOptions } from '../inputs/run-options.js';
import { shownEnvironment } from '../secrets/shown-environment.js';
import { withSshAgent } from '../secrets/ssh-key-pipe.js';
import { placeOf } from './temporary-run.js';

/** What a run would do. */
export interface PlannedRun {
  readonly ident: string;
  /**
   * The words of the command, without secrets. Files among them that are made for a run alone, such as extra variables, stand in
   * its private folder, which is gone again.
   */
  readonly command: readonly string[];
  /** Working folder; of a container's engine when there is one. */
  readonly cwd: string;
  /** The variables the run sets and those that steer Ansible, as artifacts show them: without secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of the folder that its artifacts would have; need not exist. */
  readonly artifactDir: string;
  /** Sentences about what was asked for and would have no effect. */
  readonly warnings: readonly string[];
}

/**
 * Says what {@link run} would run with these options, and runs nothing: no job, and no event plugin. The private data dir is read as by
 * a run; nothing is written into it.
 *
 * @throws {ConfigurationError} as {@link run} does before it starts anything.
 */
export async function planRun(options: RunOptions): Promise<PlannedRun> {
  validateJobOptions('planRun', options);
  const place = placeOf({ ...options, removePrivateDataDir: true });
  let privateDir: string | undefined;
  try {
    const plan = await planJob(place.options, await readPrivateDataDir(place.options), process.env);
    const { ident, isolation, artifactDir, warnings, mask, envSetByRun } = plan;
    privateDir = await mkdtemp(join(tmpdir(), 'runner-'));
    const pathOf = (path: string) => isolation.pathOf(path);
    const cwd = isolation.workIn(plan.cwd);
    const inside = plan.command({ root: pathOf(plan.root), cwd, privateDir, pathOf });
    const isolatedJob = await isolation.isolate({
      command:
        plan.sshKey === undefined
          ? inside
          : withSshAgent(inside, pathOf(join(artifactDir, 'ssh_key_data'))),
      env: plan.env,
      privateDir,
      python: await findPython(plan.env.PATH ?? process.env.PATH ?? ''),
    });
    await isolatedJob.leave(undefined, true);
    const hide = (text: string) => mask?.hide(text) ?? text;
    const shown = Object.entries(shownEnvironment(isolatedJob.jobEnv, envSetByRun));
    return {
      ident,
      command: isolatedJob.command.map(hide),
      cwd: isolatedJob.cwd,
      env: Object.fromEntries(shown.map(([name, value]) => [name, hide(value)])),
      artifactDir,
      warnings,
    };
  } finally {
    if (privateDir !== undefined) await removeTree(privateDir);
    await place.leave();
  }
}
