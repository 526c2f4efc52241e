import type { JobRun } from '@receptorjs/controller-core';
import { quoteShellWord } from '@receptorjs/primitives';
import type { TransmitOptions } from '@receptorjs/runner-streaming';

/** The run of a job, as it is transmitted. */
export function transmittedRun(
  run: JobRun,
  ident: string,
): Omit<TransmitOptions, 'output' | 'privateDataDir'> {
  const { task, container } = run;
  const { timeout = 0, forks = 0, verbosity = 0, arguments: words = [] } = run;
  return {
    ident,
    ...(task.kind === 'playbook'
      ? { playbook: task.playbook }
      : {
          module: task.module,
          moduleArgs: task.moduleArguments,
          hostPattern: task.hostPattern,
        }),
    inventory: run.inventory,
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
