/** What a project has at a revision, in folders of this machine that nothing changes any more. */
export interface ProjectCopy {
  readonly revision: string;
  /** Its files, without what git keeps. */
  readonly folder: string;
  /** Roles and collections that its requirements name, once they are installed. */
  readonly roles?: string | undefined;
  readonly collections?: string | undefined;
  /** What its requirements name and is not installed yet. */
  readonly lacksRoles: boolean;
  readonly lacksCollections: boolean;
}

/** What may be chosen from of a project, as paths in it. */
export interface ProjectFiles {
  readonly playbooks: readonly string[];
  readonly inventories: readonly string[];
}

/** A project, as far as it says where its folder is. */
export interface ProjectPlace {
  readonly id: number;
  readonly scm_type: string;
  /** The name of its folder. */
  readonly local_path: string;
}

/** The folders of projects on this machine. */
export interface ProjectFolders {
  /** The folder in which an update keeps what it fetches of a project. */
  sourcesOf(project: ProjectPlace): string;
  /** The folder that a person keeps by hand; nothing where there is none. */
  manual(project: ProjectPlace): Promise<string | undefined>;
  /** What was fetched at a revision; it stays for an hour at least from now on. Nothing where it is not here. */
  find(project: ProjectPlace, revision: string): Promise<ProjectCopy | undefined>;
  /** What is in a folder of a project. */
  filesIn(folder: string): Promise<ProjectFiles>;
  /** Names of the folders that a person keeps by hand. */
  manualNames(): Promise<readonly string[]>;
  /** Removes all that was fetched of a project; what a person keeps by hand stays. */
  remove(project: ProjectPlace): Promise<void>;
  /** The folder with the playbook `project_update.yml`. */
  readonly updateContent: string;
}

/** What is sent to a run in files, and what comes back. */
export interface RunFiles {
  /** Facts of hosts in a folder of artifacts: by the names of the hosts. */
  readFacts(artifacts: string): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>>;
  /** The text of a file of the artifacts; nothing where there is none. @throws {Error} for one that has more bytes than are allowed */
  read(artifacts: string, name: string, maxBytes: number): Promise<string | undefined>;
}
