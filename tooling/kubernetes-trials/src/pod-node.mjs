import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commandsOf } from '@receptorjs/tooling-attacks/commands';
import { Daemon } from '@receptorjs/tooling-attacks/daemon';
import { busyboxImage } from '@receptorjs/tooling-kubernetes-cluster';

/** The work type of all trials. */
export const WORK_TYPE = 'pod';
/** One without a spool, where a trial has it. */
export const BY_LOG_TYPE = 'pod-by-log';

/** @typedef {'ours' | 'go'} Receptor */

/**
 * The commands of a daemon: this checkout's, or the receptor in Go that `RECEPTOR_GO` names.
 *
 * @param {Receptor} receptor
 */
export function receptorCommands(receptor) {
  if (receptor === 'ours') return commandsOf();
  const go = process.env.RECEPTOR_GO;
  if (go === undefined || !existsSync(go))
    throw new Error(`RECEPTOR_GO: ${go ?? 'not set'}: it must be the path of the receptor in Go`);
  return commandsOf({ receptor: go });
}

/**
 * The work type as an action: each submission brings its pod.
 *
 * @param {{ kubeconfig: string, namespace: string, fields?: object | undefined }} options `fields`: further ones
 */
export const podAction = ({ kubeconfig, namespace, fields = {} }) => ({
  'work-kubernetes': {
    worktype: WORK_TYPE,
    authmethod: 'kubeconfig',
    kubeconfig,
    namespace,
    image: busyboxImage,
    streammethod: 'logger',
    allowruntimepod: true,
    allowruntimeparams: true,
    ...fields,
  },
});

/** All actions of such a daemon: it has no links. @param {object[]} actions */
export const podActions = (...actions) => [{ 'local-only': null }, ...actions];

/**
 * A daemon with such work types; the caller starts it.
 *
 * @param {object} options
 * @param {Receptor} options.receptor
 * @param {string} options.name
 * @param {string} options.folder
 * @param {object[]} options.actions
 */
export const podDaemon = ({ receptor, name, folder, actions }) =>
  new Daemon(receptorCommands(receptor), name, folder, podActions(...actions));

/** Where a daemon stores the stdout of a unit. @param {Daemon} daemon @param {string} unitId */
export const stdoutPath = (daemon, unitId) => join(daemon.dataDir, daemon.name, unitId, 'stdout');

/**
 * A pod with one container.
 *
 * @param {readonly string[] | undefined} command none for what the image says
 * @param {{ container?: object, spec?: object, metadata?: object }} [more]
 */
export const podOf = (command, { container = {}, spec = {}, metadata = {} } = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata,
  spec: {
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...spec,
    containers: [
      {
        name: 'worker',
        image: busyboxImage,
        ...(command === undefined ? {} : { command }),
        ...container,
      },
    ],
  },
});
