import { readScmAddress, type ScmHostRules } from '../../domain/scm-address.js';
import type { JobRun } from '../../ports/job-run.js';
import type { ProjectFolders } from '../../ports/project-folders.js';
import type { UsableCredential } from '../../ports/run-materials.js';
import type { UnifiedJob } from '../../ports/records/jobs.js';
import type { Project } from '../../ports/records/templates.js';

/** What an update has besides its job. */
export interface UpdateMaterials {
  readonly credentials: readonly UsableCredential[];
  /** What was typed at launch. */
  readonly typed: Readonly<Record<string, string>>;
}

const common = {
  ANSIBLE_FORCE_COLOR: 'True',
  ANSIBLE_RETRY_FILES_ENABLED: 'False',
  ANSIBLE_NOCOWS: '1',
};

/**
 * The playbook that brings a project up to date. Secrets of its address travel beside it, and are in none of its arguments.
 *
 * @throws {Error} with a sentence for an address that is not allowed
 */
export function projectUpdateRun(
  job: UnifiedJob,
  project: Project,
  { credentials, typed }: UpdateMaterials,
  folders: ProjectFolders,
  rules: ScmHostRules,
): JobRun {
  const address = readScmAddress(job.scm_url);
  if (typeof address === 'string') throw new Error(`its address is none: ${address}`);
  if (!rules.isAllowed(address.host))
    throw new Error(`the administrator does not allow projects from ${address.host}`);
  const scm = credentials.find(({ kind }) => kind === 'scm')?.inputs ?? {};
  const username = textOf(scm['username']) ?? address.username;
  const key = textOf(scm['ssh_key_data']);
  const unlock = textOf(typed['scm_key_unlock']) ?? textOf(scm['ssh_key_unlock']);
  return {
    task: { kind: 'playbook', playbook: 'project_update.yml' },
    projectFolder: folders.updateContent,
    inventory: {
      all: { hosts: ['localhost'] },
      _meta: { hostvars: { localhost: { ansible_connection: 'local' } } },
    },
    extraVars: {
      sources_folder: folders.sourcesOf(project),
      scm_url: withUser(address.url, address.scheme, username),
      scm_branch: job.scm_branch,
      scm_revision: job.scm_revision,
      scm_refspec: job.scm_refspec,
      scm_track_submodules: job.scm_track_submodules,
      scm_username: username,
      scm_password: textOf(scm['password']) ?? address.password,
      scm_hosts: rules.patterns,
    },
    // for HTTP the name may be a token
    secretVars: ['scm_username', 'scm_password'],
    envVars: { ...common, JOB_ID: String(job.id) },
    passwords: {
      ...(unlock !== undefined && { [String.raw`Enter passphrase for .*:\s*?$`]: unlock }),
      [String.raw`Bad passphrase, try again for .*:\s*?$`]: '',
    },
    sshKey: key,
    tags: job.job_tags,
    verbosity: job.verbosity,
    timeout: job.timeout,
  };
}

/** A name that the credential has goes into the address of ssh, which asks for none. */
function withUser(url: string, scheme: string, username: string): string {
  if (scheme !== 'ssh' || username === '') return url;
  if (!url.includes('://')) return url.replace(/^[^@]*@/, () => `${username}@`);
  const parsed = new URL(url);
  parsed.username = username;
  return parsed.href;
}

/** The file of a run's artifacts that an inventory comes in. */
export const INVENTORY_OUTPUT = 'output.json';

/** `ansible-inventory` over a file or a script of a project. */
export function inventoryUpdateRun(job: UnifiedJob, folder: string): JobRun {
  const verbosity = job.verbosity > 1 ? ['-' + 'v'.repeat(job.verbosity - 1)] : [];
  const path = job.source_path === '' ? '.' : job.source_path;
  return {
    // it works in the folder of the project
    task: {
      kind: 'command',
      words: [
        'ansible-inventory',
        '--list',
        '--export',
        '-i',
        `./${path}`,
        '--output',
        `../artifacts/${job.id}/${INVENTORY_OUTPUT}`,
        '--playbook-dir',
        '.',
        ...(job.limit === '' ? [] : ['--limit', job.limit]),
        ...verbosity,
      ],
    },
    projectFolder: folder,
    inventory: undefined,
    envVars: {
      ...common,
      ANSIBLE_FORCE_COLOR: 'False',
      ANSIBLE_INVENTORY_UNPARSED_FAILED: 'True',
      ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: 'True',
      JOB_ID: String(job.id),
      INVENTORY_ID: String(job.inventory_id),
      INVENTORY_UPDATE_ID: String(job.id),
      INVENTORY_SOURCE_ID: String(job.inventory_source_id),
    },
    timeout: job.timeout,
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value !== 'ASK' ? value : undefined;
