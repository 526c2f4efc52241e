/**
 * The files of a control plane: the folders of projects, the playbook that brings them up to date, and what runs leave in files. Each revision of a
 * project is a folder that nothing changes any more, so that an update changes no job which runs.
 *
 * @packageDocumentation
 */
export { FolderProjects } from './folder-projects.js';
export { FolderRunFiles } from './run-files.js';
