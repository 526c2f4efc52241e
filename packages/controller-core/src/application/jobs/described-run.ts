import { ASK } from '../../domain/needed-passwords.js';
import { inventoryScript } from '../../domain/inventory-script.js';
import type { JobRun, RunContainer } from '../../ports/job-run.js';
import type {
  RunMaterials,
  RunMaterialsStore,
  UsableCredential,
} from '../../ports/run-materials.js';
import type { JobPod } from '../../ports/mesh.js';
import type { JobClaim } from '../../ports/owned-jobs.js';
import type { Conclusion, EndedRun, Preparing, RunSource } from '../../ports/run-source.js';
import { jobPod } from './job-pod.js';
import type { UnifiedJob } from '../../ports/records/jobs.js';
import type { UpdateSource } from '../updates/update-source.js';

/** The runs of jobs, made of what is stored. */
export class DescribedRuns implements RunSource {
  /**
   * @param installUuid what the installation is known by
   * @param updates what this machine has of projects; without it projects are folders that people keep by hand, and nothing is updated
   */
  constructor(
    private readonly materials: RunMaterialsStore,
    private readonly installUuid: string,
    private readonly updates?: UpdateSource,
  ) {}

  async describe(job: UnifiedJob): Promise<JobRun> {
    const { updates } = this;
    const isUpdate = job.type === 'project_update' || job.type === 'inventory_update';
    if (isUpdate && updates !== undefined) return updates.describe(job);
    const materials = await this.materials.of(job);
    if (updates === undefined || job.type !== 'job') return describedRun(job, materials);
    const copy = await updates.copyFor(job);
    // its revision was noted after the job was taken
    const now = { ...job, scm_revision: copy?.revision ?? '' };
    const run = describedRun(now, { ...materials, projectFolder: copy?.folder });
    return updates.completed(job, run, copy);
  }

  prepare(job: UnifiedJob, claim: JobClaim, preparing: Preparing): Promise<string | undefined> {
    return this.updates?.prepare(job, claim, preparing) ?? Promise.resolve(undefined);
  }

  collect(job: UnifiedJob, folder: string): Promise<unknown> {
    return this.updates?.collect(job, folder) ?? Promise.resolve(undefined);
  }

  conclude(job: UnifiedJob, claim: JobClaim, run: EndedRun): Promise<Conclusion> {
    return this.updates?.conclude(job, claim, run) ?? Promise.resolve({});
  }

  async pod(job: UnifiedJob): Promise<JobPod> {
    return jobPod(job, this.installUuid, await this.materials.podOf(job));
  }

  hostIds(job: UnifiedJob): Promise<ReadonlyMap<string, number>> {
    return this.materials.hostIds(job);
  }
}

/**
 * What the node of a job runs: a playbook, or a module for an ad hoc command.
 *
 * @throws {Error} for a job of another type, and for one that lacks its playbook or its project
 */
export function describedRun(job: UnifiedJob, materials: RunMaterials): JobRun {
  const { inventory, credentials, typed, image, projectFolder, extraVars } = materials;
  const machine = credentials.find(({ kind }) => kind === 'ssh');
  const slice = { number: Math.max(job.job_slice_number, 1), count: job.job_slice_count };
  return {
    task: taskOf(job, projectFolder),
    projectFolder: job.type === 'job' ? projectFolder : undefined,
    inventory: inventoryScript(inventory, slice),
    extraVars: { ...addedVars(job, materials), ...extraVars },
    envVars: {
      ANSIBLE_FORCE_COLOR: 'True',
      ANSIBLE_HOST_KEY_CHECKING: 'False',
      ANSIBLE_INVENTORY_UNPARSED_FAILED: 'True',
      ANSIBLE_RETRY_FILES_ENABLED: 'False',
      JOB_ID: String(job.id),
      INVENTORY_ID: String(inventory.id),
    },
    passwords: passwordsOf(credentials, typed),
    sshKey: textOf(machine?.inputs['ssh_key_data']),
    arguments: argumentsOf(job, credentials),
    limit: job.limit === '' ? undefined : job.limit,
    forks: job.forks,
    verbosity: job.verbosity,
    tags: job.job_tags === '' ? undefined : job.job_tags,
    skipTags: job.skip_tags === '' ? undefined : job.skip_tags,
    timeout: job.timeout,
    // a pod is a container itself
    container: job.execution_node === '' ? undefined : image && containerOf(image, credentials),
  };
}

function taskOf(job: UnifiedJob, projectFolder: string | undefined): JobRun['task'] {
  if (job.type === 'ad_hoc_command') {
    const { module_name: module, module_args: moduleArguments, limit } = job;
    return { kind: 'module', module, moduleArguments, hostPattern: limit === '' ? 'all' : limit };
  }
  if (job.type !== 'job') throw new Error(`a ${job.type} is not run by a playbook of a project`);
  if (projectFolder === undefined) throw new Error('its project has no folder here');
  if (job.playbook === '') throw new Error('it has no playbook');
  return { kind: 'playbook', playbook: job.playbook };
}

/** Variables that each job has, each by two names. */
function addedVars(
  job: UnifiedJob,
  { inventory, template, launchedBy }: RunMaterials,
): Readonly<Record<string, unknown>> {
  const plain: Readonly<Record<string, unknown>> = {
    job_id: job.id,
    job_launch_type: job.launch_type,
    inventory_id: inventory.id,
    inventory_name: inventory.name,
    execution_node: job.execution_node,
    ...(job.scm_revision !== '' && { project_revision: job.scm_revision }),
    ...(template !== undefined && {
      job_template_id: template.id,
      job_template_name: template.name,
    }),
    ...(launchedBy !== undefined && {
      user_id: launchedBy.id,
      user_name: launchedBy.username,
      user_email: launchedBy.email,
    }),
  };
  return Object.fromEntries(
    Object.entries(plain).flatMap(([name, value]) => [
      [`awx_${name}`, value],
      [`tower_${name}`, value],
    ]),
  );
}

function argumentsOf(job: UnifiedJob, credentials: readonly UsableCredential[]): readonly string[] {
  const machine = credentials.find(({ kind }) => kind === 'ssh');
  const vaults = credentials.filter(({ kind }) => kind === 'vault');
  const user = textOf(machine?.inputs['username']);
  const method = textOf(machine?.inputs['become_method']);
  const becomeUser = textOf(machine?.inputs['become_username']);
  return [
    ...(user === undefined ? [] : ['-u', user]),
    ...(job.become_enabled ? ['--become'] : []),
    ...(method === undefined ? [] : ['--become-method', method]),
    ...(becomeUser === undefined ? [] : ['--become-user', becomeUser]),
    ...(textOf(machine?.inputs['password']) === undefined ? [] : ['--ask-pass']),
    ...(textOf(machine?.inputs['become_password']) === undefined ? [] : ['--ask-become-pass']),
    ...vaults.map(({ inputs }) => {
      const id = textOf(inputs['vault_id']);
      return id === undefined ? '--ask-vault-pass' : `--vault-id=${id}@prompt`;
    }),
    ...(job.job_type === 'check' ? ['--check'] : []),
    ...(job.diff_mode ? ['--diff'] : []),
    ...(job.force_handlers ? ['--force-handlers'] : []),
    ...(job.start_at_task === '' ? [] : [`--start-at-task=${job.start_at_task}`]),
  ];
}

/** What is typed where Ansible, ssh and vault ask. What was typed at launch wins over what a credential has. */
function passwordsOf(
  credentials: readonly UsableCredential[],
  typed: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const machine = credentials.find(({ kind }) => kind === 'ssh')?.inputs ?? {};
  const given = (field: string, typedName = field): string | undefined =>
    textOf(typed[typedName]) ?? storedOf(machine[field]);
  const answers: (readonly [question: string, answer: string | undefined])[] = [
    [String.raw`Enter passphrase for .*:\s*?$`, given('ssh_key_unlock')],
    [String.raw`Bad passphrase, try again for .*:\s*?$`, ''],
    [String.raw`(?:SSH password|Password):\s*?$`, given('password', 'ssh_password')],
    [String.raw`(?:BECOME|SUDO|SU|DOAS|PFEXEC|PBRUN) password.*:\s*?$`, given('become_password')],
    ...credentials
      .filter(({ kind }) => kind === 'vault')
      .map(({ inputs }): readonly [string, string | undefined] => {
        const id = textOf(inputs['vault_id']);
        const named = id === undefined ? '' : String.raw` \(${escaped(id)}\)`;
        const typedName = id === undefined ? 'vault_password' : `vault_password.${id}`;
        const answer = textOf(typed[typedName]) ?? storedOf(inputs['vault_password']);
        return [String.raw`Vault password${named}:\s*?$`, answer];
      }),
  ];
  return Object.fromEntries(
    answers.flatMap(([question, answer]) => (answer === undefined ? [] : [[question, answer]])),
  );
}

function containerOf(
  image: NonNullable<RunMaterials['image']>,
  credentials: readonly UsableCredential[],
): RunContainer {
  const registry = credentials.find(({ kind }) => kind === 'registry')?.inputs;
  const host = textOf(registry?.['host']);
  return {
    image: image.name,
    options: ['--user=root', ...(image.pull === '' ? [] : [`--pull=${image.pull}`])],
    registry:
      registry === undefined || host === undefined
        ? undefined
        : {
            host,
            username: textOf(registry['username']) ?? '',
            password: textOf(registry['password']) ?? '',
            verifySsl: registry['verify_ssl'] !== false,
          },
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** A secret that is stored, and not asked for at each launch. */
const storedOf = (value: unknown): string | undefined =>
  value === ASK ? undefined : textOf(value);

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
