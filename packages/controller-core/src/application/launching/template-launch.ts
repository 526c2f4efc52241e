import { neededPasswords } from '../../domain/needed-passwords.js';
import type { Row } from '../../ports/resource-store.js';
import { JobLauncher } from './job-launcher.js';
import {
  credentialProblem,
  credentialsById,
  linkedCredentials,
  missingPasswords,
  type LaunchCredential,
  type Passwords,
} from './launch-credentials.js';
import { refuseProblems, type LaunchProblems } from './launch-error.js';
import type { LaunchAuthor, LaunchPorts } from './launch-ports.js';
import { projectProblem } from './launch-project.js';
import {
  checkReferences,
  promptFlags,
  splitPrompts,
  type LaunchPrompts,
} from './launch-prompts.js';

/** What a launch of a template needs, and what it may set. */
export interface LaunchRequirements {
  /** Whether nothing has to be given, and nothing may be. */
  readonly canStartAtOnce: boolean;
  readonly passwords: readonly string[];
  readonly isInventoryNeeded: boolean;
  /** The flags of the template by their names. */
  readonly flags: Readonly<Record<string, boolean>>;
  readonly credentials: readonly LaunchCredential[];
}

/** What is given for a launch. */
export interface TemplateLaunchRequest {
  /** What the template does not ask for is ignored. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly passwords?: Passwords | undefined;
}

/** What a launch has made. */
export interface LaunchedJobs {
  /** One, or as many as there are slices. */
  readonly jobs: readonly number[];
  readonly ignored: Readonly<Record<string, unknown>>;
}

/** Launches job templates: says what a launch needs, checks what it is given, and makes its jobs. */
export class TemplateLaunch {
  constructor(private readonly ports: LaunchPorts) {}

  async requirements(template: Row): Promise<LaunchRequirements> {
    const { store } = this.ports;
    const credentials = await linkedCredentials(store, 'job_templates', Number(template['id']));
    const passwords = neededPasswords(credentials);
    const isInventoryNeeded = typeof template['inventory'] !== 'number';
    const flags = Object.fromEntries(
      Object.values(promptFlags).map((flag) => [flag, template[flag] === true]),
    );
    const isAsked = Object.values(flags).includes(true);
    const canStartAtOnce = !isInventoryNeeded && passwords.length === 0 && !isAsked;
    return { canStartAtOnce, passwords, isInventoryNeeded, flags, credentials };
  }

  /** @throws {LaunchError} where something is missing or not allowed */
  async launch(
    template: Row,
    { values, passwords }: TemplateLaunchRequest,
    author: LaunchAuthor,
  ): Promise<LaunchedJobs> {
    const { store, inTransaction, lockPasswords, readVariables } = this.ports;
    const { prompts, ignored } = splitPrompts(template, values);
    await checkReferences(prompts, store);
    refuseProblems(await this.#problems(template, prompts, passwords));
    const text = template['extra_vars'];
    const jobs = await inTransaction(async (stores) => {
      const made = await new JobLauncher(stores.store, stores.queue).launch(template, {
        userId: author.userId,
        launchType: 'manual',
        templateVars: readVariables(typeof text === 'string' ? text : '') ?? {},
        prompts,
        startArguments: passwords && lockPasswords(passwords),
      });
      await author.record(stores.store, made);
      return made;
    });
    return { jobs, ignored };
  }

  async #problems(
    template: Row,
    prompts: LaunchPrompts,
    passwords: Passwords | undefined,
  ): Promise<LaunchProblems> {
    const { store } = this.ports;
    const problems: Record<string, readonly string[]> = {};
    if (typeof (prompts.inventory ?? template['inventory']) !== 'number')
      problems['inventory'] = ['Job Template inventory is missing or undefined.'];
    const ofProject = await projectProblem(store, template['project'], prompts.scm_branch);
    if (ofProject !== undefined) problems['project'] = [ofProject];
    const credentials =
      prompts.credentials === undefined
        ? await linkedCredentials(store, 'job_templates', Number(template['id']))
        : await credentialsById(store, prompts.credentials);
    const ofCredentials = credentialProblem(credentials);
    if (ofCredentials !== undefined) problems['credentials'] = [ofCredentials];
    const missing = missingPasswords(credentials, passwords);
    if (missing.length > 0) problems['passwords_needed_to_start'] = missing;
    return problems;
  }
}
