import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { Failure } from '../failure.js';
import { ensureFolder } from '../settings/data-folder.js';
import { socketPath } from '../settings/socket-path.js';
import type { MeshListener } from '../joining/mesh-listener.js';
import { program } from './programs.js';

/** Milliseconds for the node to answer, and to end. */
const START_MS = 30_000;
const STOP_MS = 10_000;
const TRY_EVERY_MS = 50;
const SOCKET = 'receptor.sock';

/** How the node is started. */
export interface ReceptorNodeOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Whether its units are traced, and to which collector. */
  readonly tracing?: { readonly endpoint?: string | undefined } | undefined;
  /** The listener for links of other nodes; default: nobody links to it. */
  readonly mesh?: MeshListener | undefined;
}

/** The node of the mesh that a controller brings along: it runs the work type `local`. It alone writes its fields. */
export class ReceptorNode {
  readonly #child: ChildProcess;
  /** Its control socket. */
  readonly address: string;

  /** The control socket of the node of a data folder, while that runs. */
  static async runningAddress(folder: string): Promise<string | undefined> {
    const socket = socketPath(join(folder, 'receptor'), SOCKET);
    return (await connected(socket)) ? `unix:${socket}` : undefined;
  }

  private constructor(child: ChildProcess, socket: string) {
    this.#child = child;
    this.address = `unix:${socket}`;
  }

  /**
   * Starts it, and resolves once it answers.
   *
   * @throws {Failure} where it ends, or does not answer
   */
  static async start(
    folder: string,
    id: string,
    { env, tracing, mesh }: ReceptorNodeOptions,
  ): Promise<ReceptorNode> {
    const own = join(folder, 'receptor');
    ensureFolder(own);
    const socket = socketPath(own, SOCKET);
    const config = join(own, 'receptor.yml');
    const runner = program('ansible-runner');
    const worker = [...runner.first, 'worker'].join(' ');
    const kubernetes = { allowruntimepod: true, allowruntimeparams: true };
    const items: Readonly<Record<string, unknown>>[] = [
      { node: { id, datadir: join(own, 'data'), ...mesh?.actions.node } },
      { 'log-level': { level: 'warning' } },
      ...(mesh?.actions.items ?? [{ 'local-only': {} }]),
      { 'control-service': { filename: socket } },
      {
        'work-command': {
          worktype: 'local',
          command: runner.command,
          params: worker,
          allowruntimeparams: true,
        },
      },
      {
        'work-kubernetes': {
          worktype: 'kubernetes-runtime-auth',
          authmethod: 'runtime',
          allowruntimeauth: true,
          ...kubernetes,
        },
      },
    ];
    if (tracing !== undefined) items.push({ tracing });
    if (env['KUBERNETES_SERVICE_HOST'] !== undefined) {
      const worktype = 'kubernetes-incluster-auth';
      items.push({ 'work-kubernetes': { worktype, authmethod: 'incluster', ...kubernetes } });
    }
    // JSON is YAML
    writeFileSync(config, `${items.map((item) => `- ${JSON.stringify(item)}`).join('\n')}\n`);
    const log = join(own, 'receptor.log');
    const out = openSync(log, 'a', 0o600);
    const { command, first } = program('receptor');
    const child = spawn(command, [...first, '--config', config], {
      env: withoutSecrets(env),
      stdio: ['ignore', out, out],
    });
    closeSync(out);
    const node = new ReceptorNode(child, socket);
    await node.#answers(socket, log);
    return node;
  }

  /** Resolves once it has ended. Its units go on. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(kill);
  }

  async #answers(socket: string, log: string): Promise<void> {
    const failed = new Promise<string>((resolve) => {
      this.#child.once('error', ({ message }) => resolve(message));
      this.#child.once('exit', (code) => resolve(`it ended with ${code ?? 'a signal'}`));
    });
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline) {
      const why = await Promise.race([failed, connected(socket)]);
      if (why === true) return;
      if (why !== false) throw new Failure(`the receptor node did not start: ${why}; see ${log}`);
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
    await this.stop();
    throw new Failure(`the receptor node did not answer within ${START_MS / 1000} s; see ${log}`);
  }
}

/** Variables of the controller that are secrets: what runs at its node reads the environment of that. */
const SECRETS = [
  'CONTROLLER_ADMIN_PASSWORD',
  'CONTROLLER_SECRET_KEY',
  'DATABASE_URL',
  'PGPASSWORD',
];

const withoutSecrets = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !SECRETS.includes(name)));

function connected(socket: string): Promise<boolean> {
  if (!existsSync(socket)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    const end = (answers: boolean): void => {
      connection.destroy();
      resolve(answers);
    };
    connection.once('connect', () => end(true));
    connection.once('error', () => end(false));
  });
}
