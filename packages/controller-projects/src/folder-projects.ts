import type {
  ProjectCopy,
  ProjectFiles,
  ProjectFolders,
  ProjectPlace,
} from '@receptorjs/controller-core';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFiles } from './project-files.js';

/** Below the folder of projects: what updates fetch, by the ids of projects. */
const SOURCES = '.sources';
const revisionPattern = /^[0-9a-f]{40,64}$/;
const requirements = {
  roles: ['roles/requirements.yml', 'roles/requirements.yaml'],
  collections: [
    'collections/requirements.yml',
    'collections/requirements.yaml',
    'requirements.yml',
    'requirements.yaml',
  ],
};

/**
 * Projects in a folder of this machine. One that a person keeps by hand is a folder there; what updates fetch is in `.sources/ID/trees/REVISION`, which an update
 * makes under another name and moves into its place when it is whole.
 *
 * See docs/decisions/0152-a-tree-for-each-revision.md.
 */
export class FolderProjects implements ProjectFolders {
  constructor(private readonly folder: string) {}

  get updateContent(): string {
    for (const place of ['./project-update/', '../project-update/']) {
      const content = fileURLToPath(new URL(place, import.meta.url));
      if (existsSync(join(content, 'project_update.yml'))) return content;
    }
    throw new Error('the playbook that updates projects is missing beside the code');
  }

  sourcesOf({ id }: ProjectPlace): string {
    return join(this.folder, SOURCES, String(id));
  }

  async manual({ local_path: name }: ProjectPlace): Promise<string | undefined> {
    // one name below the folder of projects, nothing that leads out of it
    if (!/^(?!\.)[\w.-]+$/.test(name)) return undefined;
    const folder = join(this.folder, name);
    return (await isFolder(folder)) ? folder : undefined;
  }

  async find(project: ProjectPlace, revision: string): Promise<ProjectCopy | undefined> {
    if (!revisionPattern.test(revision)) return undefined;
    const trees = join(this.sourcesOf(project), 'trees');
    const names = (await readdir(trees).catch(() => [])).filter(
      (name) => name.split('-')[0] === revision,
    );
    const found = await Promise.all(
      names.map(async (name) => {
        const path = join(trees, name);
        const { mtimeMs } = (await stat(path).catch(() => undefined)) ?? { mtimeMs: 0 };
        return { path, mtimeMs };
      }),
    );
    const [newest] = found.sort((a, b) => b.mtimeMs - a.mtimeMs);
    if (newest === undefined) return undefined;
    const now = new Date();
    // one that is used stays
    await utimes(newest.path, now, now).catch(() => undefined);
    const folder = join(newest.path, 'project');
    const [roles, collections] = [
      join(newest.path, 'requirements_roles'),
      join(newest.path, 'requirements_collections'),
    ];
    const lacks = async (installed: string, names: readonly string[]): Promise<boolean> =>
      !(await isFolder(installed)) && names.some((name) => existsSync(join(folder, name)));
    return {
      revision,
      folder,
      roles: (await isFolder(roles)) ? roles : undefined,
      collections: (await isFolder(collections)) ? collections : undefined,
      lacksRoles: await lacks(roles, requirements.roles),
      lacksCollections: await lacks(collections, requirements.collections),
    };
  }

  filesIn(folder: string): Promise<ProjectFiles> {
    return projectFiles(folder);
  }

  async manualNames(): Promise<readonly string[]> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const entries = await readdir(this.folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && /^(?!\.)[\w.-]+$/.test(entry.name))
      .map(({ name }) => name)
      .sort();
  }

  async remove(project: ProjectPlace): Promise<void> {
    await rm(this.sourcesOf(project), { recursive: true, force: true });
  }
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;
