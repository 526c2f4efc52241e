import { errorText, pythonShlex, splitShellWords } from '@receptorjs/primitives';
import { type RunOptionsWithFolder } from '@receptorjs/runner-core';
import { readInventoryText } from '@receptorjs/runner-core/internal';
import type { NodeOptions } from '@receptorjs/runner-mesh';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { archiveLimits } from './archive-options.js';
import type { CommandLineOptions } from './command-line-options.js';
import { UsageError } from './usage.js';
import { parseRoleVars } from './role-vars.js';

/** What the command line says of a job, without handlers: it can be handed to another process as JSON. */
export type JobOptions = Omit<
  RunOptionsWithFolder,
  'output' | 'onEvent' | 'onStatus' | 'onWarning' | 'onLog' | 'plugins' | 'signal'
>;

/**
 * The options of a run as the command line gives them. Paths are absolute afterwards.
 *
 * @throws {UsageError} for an inventory that is neither a path nor a list of hosts, and role variables without a name.
 */
export function jobOptions(privateDataDir: string, options: CommandLineOptions): JobOptions {
  const { playbook, module, role, args, hosts, limit, cmdline, forks, binary } = options;
  const { ident, rotateArtifacts, verbose, artifactDir, projectDir, rolesPath } = options;
  const { containerImage, containerVolumeMount, containerOption } = options;
  return {
    privateDataDir: resolve(privateDataDir),
    playbook,
    module,
    ...(role !== undefined && { role, hosts }),
    ...(role !== undefined &&
      options.roleVars !== undefined && { roleVars: roleVars(options.roleVars) }),
    ...(role !== undefined && options.roleSkipFacts === true && { roleSkipFacts: true }),
    moduleArgs: args,
    ...(role === undefined && hosts !== undefined && { hostPattern: hosts }),
    limit,
    cmdline,
    forks,
    ...(rolesPath !== undefined && { rolesPath: rolesPath.split(':').map((one) => resolve(one)) }),
    binary,
    ident,
    rotateArtifacts,
    ...(verbose > 0 && { verbosity: verbose }),
    ...(options.inventory !== undefined && {
      inventory: inventory(privateDataDir, options.inventory),
    }),
    ...(artifactDir !== undefined && { artifactDir: resolve(artifactDir) }),
    ...(projectDir !== undefined && { projectDir: resolve(projectDir) }),
    ...(options.json === true && { jsonMode: true }),
    ...(options.eventLog === true && { eventLog: true }),
    ...(options.omitEventData === true && { omitEventData: true }),
    ...(options.onlyFailedEventData === true && { onlyFailedEventData: true }),
    ...sandboxOptions(options),
    ...(containerImage !== undefined && { containerImage }),
    ...(containerVolumeMount !== undefined && { containerVolumeMounts: containerVolumeMount }),
    ...(containerOption !== undefined && { containerOptions: containerOption }),
  };
}

function sandboxOptions(options: CommandLineOptions): Partial<JobOptions> {
  const { processIsolation, processIsolationExecutable, processIsolationPath } = options;
  const { processIsolationHidePaths, processIsolationShowPaths, processIsolationRoPaths } = options;
  const { directoryIsolationBasePath } = options;
  return {
    ...(processIsolation === true && { processIsolation }),
    processIsolationExecutable,
    processIsolationPath,
    processIsolationHidePaths,
    processIsolationShowPaths,
    processIsolationRoPaths,
    ...(directoryIsolationBasePath !== undefined && {
      directoryIsolationBasePath: resolve(directoryIsolationBasePath),
    }),
  };
}

/** Which node the command line wants the job to run on, if it names one. Paths are absolute afterwards. */
export function nodeOptions(options: CommandLineOptions): NodeOptions | undefined {
  const { viaReceptor, receptorPeer, receptorNodeId, receptorTlsClient } = options;
  if (viaReceptor === undefined) return undefined;
  const { receptorRootcas, receptorCert, receptorKey, receptorWorktype } = options;
  const receptorTls = {
    ...(receptorRootcas !== undefined && { rootCas: resolve(receptorRootcas) }),
    ...(receptorCert !== undefined && { cert: resolve(receptorCert) }),
    ...(receptorKey !== undefined && { key: resolve(receptorKey) }),
    ...(options.receptorInsecureskipverify === true && { insecureSkipVerify: true }),
  };
  return {
    viaReceptor,
    ...(receptorPeer !== undefined && { receptorPeer: withAbsolutePath(receptorPeer) }),
    receptorNodeId,
    ...(Object.keys(receptorTls).length > 0 && { receptorTls }),
    ...(options.receptorControlTls === true && { receptorControlTls: true }),
    ...(receptorTlsClient !== undefined && { receptorTlsClient }),
    ...(receptorWorktype !== undefined && { workType: receptorWorktype }),
    ...archiveLimits(options),
  };
}

function withAbsolutePath(peer: string): string {
  const path = /^unix:(?:\/\/)?(.+)$/.exec(peer)?.[1];
  return path === undefined || path.startsWith('~/') ? peer : `unix:${resolve(path)}`;
}

function roleVars(text: string): Record<string, unknown> {
  try {
    return parseRoleVars(splitShellWords(text, pythonShlex));
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`--role-vars can't be split into words: ${errorText(cause)}.`);
  }
}

/** An inventory as the command line means it: a path from here, or one below the private data dir. */
function inventory(privateDataDir: string, given: string): string {
  const candidates = [resolve(given), resolve(join(privateDataDir, 'inventory', given))];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  if (isHostList(given)) return given;
  throw new UsageError('Value for --inventory does not appear to be a valid path.', 1, '');
}

/** The text of an inventory is nothing for a command line: one with a comma in it is a slip more often than not. */
function isHostList(given: string): boolean {
  return given.includes(',') && readInventoryText(given).form === 'hosts';
}
