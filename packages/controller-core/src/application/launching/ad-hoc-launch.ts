import { defaultModule, needsArguments } from '../../domain/ad-hoc-modules.js';
import { neededPasswords } from '../../domain/needed-passwords.js';
import { taskImpact } from '../../domain/task-impact.js';
import type { NewJob } from '../../ports/job-queue.js';
import type { Row } from '../../ports/resource-store.js';
import { hostCount } from './host-count.js';
import { asColumns } from './job-columns.js';
import { credentialsById, missingPasswords, type Passwords } from './launch-credentials.js';
import { refuseProblems, type LaunchProblems } from './launch-error.js';
import type { LaunchAuthor, LaunchPorts } from './launch-ports.js';
import { preferredGroups } from './preferred-groups.js';

/** What a relaunch has of the command that ran. */
const copied = [
  'execution_environment',
  'job_type',
  'inventory',
  'limit',
  'credential',
  'module_name',
  'module_args',
  'forks',
  'verbosity',
  'extra_vars',
  'become_enabled',
  'diff_mode',
] as const;
/** What the values of a command are ids of. */
const references = {
  inventory: 'inventories',
  credential: 'credentials',
  execution_environment: 'execution_environments',
} as const;

/** Launches ad hoc commands: checks what they are given, and queues them. */
export class AdHocLaunch {
  constructor(private readonly ports: LaunchPorts) {}

  /** Names of the passwords that the credential of a command asks for. */
  async neededPasswords(command: Row): Promise<readonly string[]> {
    return neededPasswords(await this.#credentials(command));
  }

  /**
   * @returns the id of the command
   * @throws {LaunchError} where something is missing or not allowed
   */
  launch(values: Row, passwords: Passwords, author: LaunchAuthor): Promise<number> {
    return this.#launch(values, 'manual', passwords, author);
  }

  /** Runs a command again. @returns the id of the new one @throws {LaunchError} where something is missing or not allowed */
  relaunch(command: Row, passwords: Passwords, author: LaunchAuthor): Promise<number> {
    const values = Object.fromEntries(copied.map((name) => [name, command[name] ?? null]));
    return this.#launch(values, 'relaunch', passwords, author);
  }

  async #launch(
    values: Row,
    launchType: 'manual' | 'relaunch',
    passwords: Passwords,
    author: LaunchAuthor,
  ): Promise<number> {
    refuseProblems(await this.#problems(values));
    const missing = missingPasswords(await this.#credentials(values), passwords);
    refuseProblems(missing.length > 0 ? { passwords_needed_to_start: missing } : {});
    const { inTransaction, lockPasswords } = this.ports;
    const job = await this.#jobOf(values);
    const isTyped = Object.keys(passwords).length > 0;
    const columns = asColumns({
      ...job,
      launch_type: launchType,
      dependencies_processed: true,
      start_args: isTyped ? lockPasswords(passwords) : '',
      created_by: author.userId,
      modified_by: author.userId,
    });
    return inTransaction(async ({ store, queue }) => {
      const { id } = await queue.create(columns as unknown as NewJob);
      await author.record(store, [id]);
      return id;
    });
  }

  async #jobOf(values: Row): Promise<Row> {
    const { store } = this.ports;
    const { inventory } = values;
    const hosts = await hostCount(store, inventory);
    const module = values['module_name'];
    const forks = Number(values['forks'] ?? 0);
    return {
      module_name: defaultModule,
      ...values,
      type: 'ad_hoc_command',
      name: typeof module === 'string' ? module : defaultModule,
      task_impact: taskImpact({ type: 'ad_hoc_command', forks, hosts }),
      preferred_instance_groups: await preferredGroups(store, undefined, inventory),
    };
  }

  async #credentials({ credential: id }: Row) {
    return typeof id === 'number' ? credentialsById(this.ports.store, [id]) : [];
  }

  async #problems(values: Row): Promise<LaunchProblems> {
    const { store, readVariables } = this.ports;
    const problems: Record<string, readonly string[]> = {};
    for (const [name, value] of Object.entries(values))
      if (typeof value === 'string' && value.includes('\0'))
        problems[name] = ['Null characters are not allowed.'];
    for (const [name, resource] of Object.entries(references)) {
      const id = values[name];
      if (typeof id === 'number' && (await store.get(resource, id)) === undefined)
        problems[name] = [`Invalid pk "${id}" - object does not exist.`];
    }
    const [credential] = await this.#credentials(values);
    if (credential !== undefined && credential.kind !== 'ssh')
      problems['credential'] = ['You must provide a machine credential.'];
    const module = values['module_name'] ?? defaultModule;
    if (needsArguments(module) && (values['module_args'] ?? '') === '')
      problems['module_args'] = [`No argument passed to ${module} module.`];
    const text = values['extra_vars'];
    const vars = readVariables(typeof text === 'string' ? text : '');
    if (vars === undefined) problems['extra_vars'] = ['Must be a mapping in JSON or YAML format.'];
    else if (Object.keys(vars).some((name) => name.startsWith('ansible_')))
      problems['extra_vars'] = ['Variables that begin with ansible_ are not allowed here.'];
    return problems;
  }
}
