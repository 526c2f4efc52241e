/** What a job runs, all that its node needs. Secrets are in `passwords`, `sshKey`, `secretVars` and what these name; they are written to no file here. */
export interface JobRun {
  /** What Ansible is to do. */
  readonly task: PlaybookTask | ModuleTask | CommandTask;
  /** A folder that becomes the project of the run, without its `.git`. */
  readonly projectFolder?: string | undefined;
  /** Folders that are sent beside the project, by the names that they have there. */
  readonly folders?: Readonly<Record<string, string>> | undefined;
  /** Facts that are known of hosts, by their names; those that the run leaves come back with its artifacts. */
  readonly facts?: ReadonlyMap<string, Readonly<Record<string, unknown>>> | undefined;
  /** As a script of inventory prints it: groups by name, and `_meta.hostvars`. */
  readonly inventory: Readonly<Record<string, unknown>> | undefined;
  readonly extraVars?: Readonly<Record<string, unknown>> | undefined;
  /** Names of extra variables that are secrets. */
  readonly secretVars?: readonly string[] | undefined;
  readonly envVars?: Readonly<Record<string, string>> | undefined;
  /** What is typed where Ansible asks: a pattern of the question, and the answer. */
  readonly passwords?: Readonly<Record<string, string>> | undefined;
  readonly sshKey?: string | undefined;
  /** Words for the command line of Ansible. */
  readonly arguments?: readonly string[] | undefined;
  readonly limit?: string | undefined;
  /** 0 for Ansible's own. */
  readonly forks?: number | undefined;
  /** 0 to 5. */
  readonly verbosity?: number | undefined;
  readonly tags?: string | undefined;
  readonly skipTags?: string | undefined;
  /** Seconds for the whole run; 0 for no limit. */
  readonly timeout?: number | undefined;
  /** The container it runs in; absent for none. */
  readonly container?: RunContainer | undefined;
}

/** A playbook of the project. */
export interface PlaybookTask {
  readonly kind: 'playbook';
  /** Its path in the project. */
  readonly playbook: string;
}

/** A module that is run on hosts. */
export interface ModuleTask {
  readonly kind: 'module';
  readonly module: string;
  readonly moduleArguments: string;
  readonly hostPattern: string;
}

/** A command of Ansible, which works in the folder of the project. */
export interface CommandTask {
  readonly kind: 'command';
  /** The command and its words. */
  readonly words: readonly string[];
}

/** An execution environment. */
export interface RunContainer {
  readonly image: string;
  /** Options of podman, such as `--pull=missing`. */
  readonly options?: readonly string[] | undefined;
  /** `HOST:CONTAINER[:MODE]` each. */
  readonly mounts?: readonly string[] | undefined;
  readonly registry?:
    | {
        readonly host: string;
        readonly username: string;
        readonly password: string;
        readonly verifySsl: boolean;
      }
    | undefined;
}

/** An event as the runner sends it. */
export interface RunEvent {
  /** 1, 2, 3 ... */
  readonly counter: number;
  readonly uuid: string;
  readonly parent_uuid?: string;
  /** Its kind, such as `runner_on_ok`. */
  readonly event: string;
  readonly stdout: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly verbosity?: number;
  /** ISO 8601. */
  readonly created: string;
  /** Absent where Ansible printed something of itself, such as a question. */
  readonly event_data?: Readonly<Record<string, unknown>>;
}

/** How a run came to its end. */
export interface RunEnd {
  /** `error` when it could not be carried out, or what it said did not come to its end. */
  readonly status: 'successful' | 'failed' | 'canceled' | 'timeout' | 'error';
  /** The exit code of Ansible, where it has one. */
  readonly rc?: number;
  readonly explanation?: string;
  readonly traceback?: string;
  /** How many events the worker has sent, counted here over the whole of its output. */
  readonly emittedEvents: number;
  /** Counters of events that were lost on the way, first and last of each gap. */
  readonly missing: readonly (readonly [first: number, last: number])[];
  /** What Ansible was called with. */
  readonly command?: {
    readonly arguments: readonly string[];
    readonly folder: string;
    readonly environment: Readonly<Record<string, string>>;
  };
}
