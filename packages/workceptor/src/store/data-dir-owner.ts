import { errorText, type Logger } from '@receptorjs/primitives';
import { encodeJson, isJsonObject, parseJson } from '@receptorjs/control-protocol';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkError } from '../errors.js';

/** Hexadecimal digits of a hash that stand for a node ID, which may be longer than the name of a file. */
const NODE_DIGITS = 16;

/** Bytes of the longest path of a Unix socket that every system takes. */
const MAX_PATH_BYTES = 103;

/** Milliseconds in which an owner says who it is, and for which one that starts at the same moment is waited for. */
const ANSWER_MS = 1_000;
const DECIDE_MS = 5_000;
const LOOK_AGAIN_MS = 20;

/** Bytes of an answer that are read, and how many ask at once. */
const MAX_ANSWER_BYTES = 4_096;
const MAX_QUESTIONS = 64;

/** What an owner says of itself. A text that is missing was not said. */
interface Answer {
  readonly pid?: string;
  readonly node?: string;
  readonly since?: string;
  readonly host?: string;
  readonly pidNamespace?: string;
  readonly state?: string;
}

/**
 * The one daemon that may use the units of a node in a data directory, which may have those of other nodes besides. Each makes a
 * socket of its own there, listens, and only then looks for others: the kernel knows which of them live, whatever their namespaces of processes and networks, and a killed one is known
 * to be gone at once. Of two that start at the same moment the one whose socket sorts first goes on.
 *
 * See docs/decisions/0116-one-owner-of-a-data-directory.md.
 */
export class DataDirOwner {
  #state: 'starting' | 'owner' = 'starting';

  private constructor(
    private readonly dir: string,
    /** How the names of all sockets of this node begin, and the name of this one. */
    private readonly start: string,
    private readonly name: string,
    private readonly server: Server,
    /** Keeps the data directory within reach of a short path; undefined where its own is short enough. */
    private readonly folder: number | undefined,
  ) {}

  /**
   * Takes the node's units for this process, until {@link DataDirOwner.close} or the end of the process. Where no socket can be made, as
   * on a disk that is full or read-only, a warning says so, and the units are not guarded.
   *
   * @throws {WorkError} `data-dir-in-use`, with the process that has it
   */
  static async take(dir: string, nodeId: string, log: Logger): Promise<DataDirOwner | undefined> {
    let owner: DataDirOwner;
    try {
      owner = await DataDirOwner.#listen(dir, nodeId);
    } catch (error) {
      log.warning(
        `another process could use the units of ${nodeId} in ${dir} at the same time: ${errorText(error)}`,
      );
      return undefined;
    }
    try {
      await owner.#outlastOthers();
      owner.#state = 'owner';
      return owner;
    } catch (error) {
      await owner.close();
      throw error;
    }
  }

  static async #listen(dir: string, nodeId: string): Promise<DataDirOwner> {
    const hash = createHash('sha256').update(nodeId).digest('hex').slice(0, NODE_DIGITS);
    const start = `.owner-${hash}-`;
    const name = `${start}${process.pid}-${randomBytes(6).toString('hex')}`;
    const isLong = Buffer.byteLength(join(dir, name)) > MAX_PATH_BYTES;
    const folder = isLong ? openSync(dir, 'r') : undefined;
    const server = createServer({ allowHalfOpen: true });
    server.maxConnections = MAX_QUESTIONS;
    const owner = new DataDirOwner(dir, start, name, server, folder);
    const facts = {
      pid: String(process.pid),
      node: nodeId,
      since: new Date().toISOString(),
      host: hostname(),
      pidNamespace: pidNamespace(),
    };
    server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      socket.setTimeout(ANSWER_MS, () => socket.destroy());
      socket.resume().end(`${encodeJson({ ...facts, state: owner.#state })}\n`);
    });
    try {
      server.listen(owner.#path(name));
      await once(server, 'listening');
    } catch (error) {
      if (folder !== undefined) closeSync(folder);
      throw error;
    }
    server.unref();
    return owner;
  }

  /** Lets others have the folder. */
  async close(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(join(this.dir, this.name), { force: true });
    if (this.folder !== undefined) closeSync(this.folder);
  }

  #path(name: string): string {
    return this.folder === undefined
      ? join(this.dir, name)
      : `/proc/self/fd/${this.folder}/${name}`;
  }

  /** Removes what killed daemons have left, and waits for those that start at the same moment and have to give way. */
  async #outlastOthers(): Promise<void> {
    const begun = performance.now();
    for (const name of readdirSync(this.dir)) {
      if (!name.startsWith(this.start) || name === this.name) continue;
      if (!isOurs(join(this.dir, name))) continue;
      for (;;) {
        const answer = await ask(this.#path(name));
        if (answer === undefined) {
          // its name is never used again, so that no other's socket can be meant
          rmSync(join(this.dir, name), { force: true });
          break;
        }
        const isUndecided = answer.state === 'starting' && name > this.name;
        if (!isUndecided || performance.now() - begun > DECIDE_MS) {
          throw inUse(this.dir, {
            pid: name.slice(this.start.length).split('-')[0] ?? '',
            ...answer,
          });
        }
        await delay(LOOK_AGAIN_MS);
      }
    }
  }
}

/** What the process behind a socket says of itself, as far as it says anything; undefined when there is none. */
function ask(path: string): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > MAX_ANSWER_BYTES) socket.destroy();
    });
    socket.on('error', (error: Error & { code?: string }) => {
      const isGone = error.code === 'ECONNREFUSED' || error.code === 'ENOENT';
      resolve(isGone ? undefined : {});
    });
    socket.on('close', () => resolve(answerOf(text)));
  });
}

function answerOf(text: string): Answer {
  try {
    const answer = parseJson(text);
    if (!isJsonObject(answer)) return {};
    return Object.fromEntries(
      Object.entries(answer).filter(([, value]) => typeof value === 'string'),
    );
  } catch {
    // it is stopped, or so busy that it does not answer
    return {};
  }
}

function inUse(dir: string, { pid, node, since, host, ...answer }: Answer): WorkError {
  const isElsewhere = answer.pidNamespace !== undefined && answer.pidNamespace !== pidNamespace();
  const who = [
    node === undefined ? 'a node that does not answer' : `node ${node}`,
    `process ${pid}${isElsewhere ? ` of another pid namespace, on host ${host}` : ''}`,
    ...(since === undefined ? [] : [`since ${since}`]),
  ].join(', ');
  return new WorkError(
    'data-dir-in-use',
    `the data directory ${dir} is in use by ${who}; stop it, or choose another one by node: {datadir: FOLDER}`,
  );
}

/** Whether a socket is of this user or root: others may write to a data directory that is sticky, and must not keep a node from its units. */
function isOurs(path: string): boolean {
  const uid = lstatSync(path, { throwIfNoEntry: false })?.uid;
  return uid === 0 || uid === (process.geteuid?.() ?? uid);
}

/** What tells one namespace of process IDs from another; empty where the system has none. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
