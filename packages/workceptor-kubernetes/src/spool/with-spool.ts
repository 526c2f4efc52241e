import { isJsonObject, type JsonObject, type JsonValue } from '@receptorjs/control-protocol';
import { basename } from 'node:path';
import { WORKER } from '../cluster/objects.js';
import { listIn, objectIn } from '../pod/json-parts.js';
import { SPOOL_DIR, spooled } from './spool-script.js';

/** The volume of the spool. */
const VOLUME = 'receptor-output';
/** A program whose name as the first argument shows that the image starts what its arguments say. */
const KNOWN_PROGRAM = 'ansible-runner';

/**
 * Whose output goes through a spool in the pod:
 *
 * - `auto`: where the pod names its command, or where its arguments begin with `ansible-runner`
 * - `always`: also where it has arguments only, which the image's entry point must start as a command
 * - `never`: the output is what the container's log has
 */
export type SpoolUse = 'auto' | 'always' | 'never';

/**
 * A pod whose worker has its stdout in a spool.
 *
 * @returns nothing where that can't be: no command is known, the worker has a terminal, something else at the spool's place or a variable that a shell
 *   can't hand on, or it is one of Windows
 */
export function withSpool(pod: JsonObject, use: SpoolUse): JsonObject | undefined {
  if (use === 'never') return undefined;
  const spec = objectIn(pod, 'spec');
  const containers = listIn(spec, 'containers');
  const index = containers.findIndex((each) => isJsonObject(each) && each['name'] === WORKER);
  const worker = containers[index];
  if (!isJsonObject(worker ?? null) || isOfWindows(spec)) return undefined;
  const changed = spooledContainer(worker as JsonObject, use);
  const volumes = listIn(spec, 'volumes');
  if (changed === undefined || names(volumes, 'name').includes(VOLUME)) return undefined;
  return {
    ...pod,
    spec: {
      ...spec,
      containers: containers.with(index, changed),
      volumes: [...volumes, { name: VOLUME, emptyDir: {} }],
    },
  };
}

const isOfWindows = (spec: JsonObject): boolean =>
  objectIn(spec, 'os')['name'] === 'windows' ||
  objectIn(spec, 'nodeSelector')['kubernetes.io/os'] === 'windows';

function spooledContainer(worker: JsonObject, use: SpoolUse): JsonObject | undefined {
  const mounts = listIn(worker, 'volumeMounts');
  const isTaken = names(mounts, 'mountPath').some((path) => isPath(path, SPOOL_DIR));
  // a shell drops variables whose names it does not know as such
  const isFit = names(listIn(worker, 'env'), 'name').every((name) => isIdentifier(name));
  if (worker['tty'] === true || isTaken || !isFit) return undefined;
  const command = wordsIn(worker, 'command');
  const args = wordsIn(worker, 'args');
  if (command === undefined || args === undefined) return undefined;
  const mounted = {
    ...worker,
    volumeMounts: [...mounts, { name: VOLUME, mountPath: SPOOL_DIR }],
  };
  if (command.length > 0) {
    const { args: _, ...rest } = mounted as JsonObject;
    return { ...rest, command: spooled([...command, ...args]) };
  }
  const [program] = args;
  if (program === undefined) return undefined;
  const isKnown = basename(program) === KNOWN_PROGRAM;
  return isKnown || use === 'always' ? { ...mounted, args: spooled(args) } : undefined;
}

const isPath = (value: JsonValue, path: string): boolean =>
  typeof value === 'string' && value.replace(/\/+$/, '') === path;

const isIdentifier = (value: JsonValue): boolean =>
  typeof value === 'string' && /^[A-Za-z_]\w*$/.test(value);

/** A list of texts; nothing when it is something else. */
function wordsIn(parent: JsonObject, name: string): readonly string[] | undefined {
  const value = parent[name] ?? [];
  if (!Array.isArray(value)) return undefined;
  const list = value as readonly JsonValue[];
  return list.every((each) => typeof each === 'string') ? list : undefined;
}

function names(list: readonly JsonValue[], key: string): readonly JsonValue[] {
  return list.map((each) => (isJsonObject(each) ? (each[key] ?? null) : null));
}
