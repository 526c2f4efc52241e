import type { JobRun } from '@receptorjs/controller-core';
import { quoteShellWord } from '@receptorjs/primitives';
import type { TransmitOptions } from '@receptorjs/runner-streaming';

/** What is run; a command is in a file of the private data dir. */
function whatOf(task: JobRun['task']): Partial<TransmitOptions> {
  switch (task.kind) {
    case 'playbook':
      return { playbook: task.playbook };
    case 'module': {
      const { module, moduleArguments, hostPattern } = task;
      return { module, moduleArgs: moduleArguments, hostPattern };
    }
    case 'command':
      return {};
  }
}

/** The run of a job, as it is transmitted. */
export function transmittedRun(
  run: JobRun,
  ident: string,
): Omit<TransmitOptions, 'output' | 'privateDataDir'> {
  const { task, container } = run;
  const { timeout = 0, forks = 0, verbosity = 0, arguments: words = [] } = run;
  return {
    ident,
    ...whatOf(task),
    ...(run.inventory !== undefined && { inventory: run.inventory }),
    ...(run.facts !== undefined && { factCacheType: 'jsonfile' }),
    ...(run.extraVars !== undefined && { extravars: run.extraVars }),
    ...(run.secretVars !== undefined && { secretVars: run.secretVars }),
    ...(run.envVars !== undefined && { envvars: run.envVars }),
    ...(run.passwords !== undefined && { passwords: run.passwords }),
    ...(run.sshKey !== undefined && { sshKey: run.sshKey }),
    ...(words.length > 0 && { cmdline: words.map((word) => quoteShellWord(word)).join(' ') }),
    ...(run.limit !== undefined && { limit: run.limit }),
    ...(forks > 0 && { forks }),
    ...(verbosity > 0 && { verbosity }),
    ...(run.tags !== undefined && { tags: run.tags }),
    ...(run.skipTags !== undefined && { skipTags: run.skipTags }),
    settings: { suppress_ansible_output: true, ...(timeout > 0 && { job_timeout: timeout }) },
    ...(container !== undefined && {
      processIsolation: true,
      processIsolationExecutable: 'podman',
      containerImage: container.image,
      ...(container.options !== undefined && { containerOptions: container.options }),
      ...(container.mounts !== undefined && { containerVolumeMounts: container.mounts }),
      ...(container.registry !== undefined && { containerAuthData: container.registry }),
    }),
  };
}
