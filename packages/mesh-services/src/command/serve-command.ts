import { errorText, goShlex, type Logger, splitShellWords } from '@receptorjs/primitives';
import type { Duplex } from 'node:stream';
import { nodeOrigin, SharedLines, SharedQuota } from '@receptorjs/quotas';
import { count, optional, text } from '@receptorjs/validation';
import { logCheck, validateService } from '../argument-checks.js';
import { shareOf } from '../streams/connections.js';
import { DropLog } from '../drop-log.js';
import { endSession } from './end-session.js';
import { MeshServiceError } from '../errors.js';
import { loadNativeCalls, type NativeCalls } from '../native-calls.js';
import {
  silentLogger,
  type RunningService,
  type AcceptedStream,
  type StreamAcceptor,
} from '../service-types.js';
import { checkSetsid, Terminal } from './terminal.js';

/** Milliseconds the peer may take to close its side after the command's last output was sent. */
const LINGER_MS = 5_000;

/** Options of {@link serveCommand}. */
export interface CommandServiceOptions {
  /** Name of the service this node offers. */
  readonly service: string;
  /** The command line, split by the quoting rules of a shell; no shell reads it. */
  readonly command: string;
  readonly log?: Logger | undefined;
  /** Size of the terminals. Default 24 rows of 80 columns. */
  readonly rows?: number | undefined;
  readonly columns?: number | undefined;
  /** Commands run at once, three quarters of them for one node; further streams are closed. Default 256. */
  readonly maxSessions?: number | undefined;
  /**
   * Milliseconds a command may go on after its client has ended its side, and its processes after SIGHUP until they
   * are killed. Default 10,000 and 5,000.
   */
  readonly endOfInputGraceMs?: number | undefined;
  readonly hangupGraceMs?: number | undefined;
}

/**
 * Offers a service on this node that runs a command on a new pseudo terminal for each stream. When either side ends,
 * the other does: the end of the command ends the stream after its last output; a client that ends its side types the
 * end-of-file character, and a command that goes on for too long after it is hung up; a stream that fails hangs the
 * command up at once. Everything of the command's session is ended with it.
 *
 * See docs/decisions/0061-how-a-command-service-ends.md.
 *
 * @throws {MeshServiceError} `invalid-command`, `unsupported-platform`, `native-module-missing`, `program-missing`;
 *   whatever `listen` throws, such as for a service name that is taken
 */
export async function serveCommand(
  streams: StreamAcceptor,
  options: CommandServiceOptions,
): Promise<RunningService> {
  validateService<CommandServiceOptions>('serveCommand', ['acceptor', streams], options, {
    log: logCheck,
    service: text,
    command: text,
    rows: optional(count),
    columns: optional(count),
    maxSessions: optional(count),
    endOfInputGraceMs: optional(count),
    hangupGraceMs: optional(count),
  });
  const argv = commandWords(options.command);
  const native = await loadNativeCalls('command-service');
  await checkSetsid();
  const sessions = new CommandSessions(native, argv, options);
  const tags = { type: 'Command Service' };
  const listener = await streams.listen(options.service, { tags }, (stream) => {
    sessions.accept(stream);
  });
  return {
    address: options.command,
    close: async () => {
      await listener.close();
      await sessions.close();
    },
  };
}

function commandWords(command: string): string[] {
  let argv: string[];
  try {
    argv = splitShellWords(command, goShlex);
  } catch (cause) {
    const text = `command-service: command ${command}: ${errorText(cause)}`;
    throw new MeshServiceError('invalid-command', text, { cause });
  }
  if (!argv[0]) throw new MeshServiceError('invalid-command', 'command-service: no command given');
  return argv;
}

/** The commands that run for a service, each from its stream's acceptance to the end of its last process. It alone writes its fields. */
class CommandSessions {
  readonly #what: string;
  readonly #log: Logger;
  readonly #quota: SharedQuota;
  readonly #lines = new SharedLines();
  readonly #refused: DropLog;
  readonly #endOfInputGraceMs: number;
  readonly #hangupGraceMs: number;
  readonly #open = new Map<Duplex, Promise<void>>();

  constructor(
    private readonly native: NativeCalls,
    private readonly argv: readonly string[],
    private readonly options: CommandServiceOptions,
  ) {
    this.#what = `command-service ${options.service}`;
    this.#log = options.log ?? silentLogger;
    const max = options.maxSessions ?? 256;
    this.#quota = new SharedQuota({ total: max, perOrigin: shareOf(max) });
    this.#refused = new DropLog(this.#what, this.#log);
    this.#endOfInputGraceMs = options.endOfInputGraceMs ?? 10_000;
    this.#hangupGraceMs = options.hangupGraceMs ?? 5_000;
  }

  accept(stream: AcceptedStream): void {
    stream.on('error', () => undefined);
    const origin = nodeOrigin(stream.remoteNode, stream.via);
    const answer = this.#quota.take(origin);
    if (answer !== 'taken') {
      const [whose, running] = {
        'origin-full': [` of ${origin.key}`, this.#quota.heldBy(origin)] as const,
        'link-full': [
          ` of the ${origin.link ?? 'link'}`,
          this.#quota.heldOverLinkOf(origin),
        ] as const,
        full: ['', this.#quota.used] as const,
      }[answer];
      this.#refused.drop(`stream refused, ${running} commands${whose} are running`);
      stream.destroy();
      return;
    }
    const over = this.#run(stream)
      .catch((error: unknown) => {
        this.#lines.write(origin, `${this.#what}: ${errorText(error)}`, (line) => {
          this.#log.error(line);
        });
        stream.destroy();
      })
      .finally(() => {
        this.#quota.give(origin);
        this.#open.delete(stream);
      });
    this.#open.set(stream, over);
  }

  /** Hangs all commands up and resolves when their processes have ended. */
  async close(): Promise<void> {
    const all = [...this.#open.values()];
    for (const stream of this.#open.keys()) stream.destroy();
    await Promise.all(all);
  }

  async #run(stream: Duplex): Promise<void> {
    const { rows = 24, columns = 80 } = this.options;
    const env = { ...process.env, TERM: process.env['TERM'] ?? 'xterm' };
    const terminal = await Terminal.start(this.native, { argv: this.argv, env, rows, columns });
    this.#log.debug(`${this.#what}: started as process ${terminal.pid}`);
    const output = join(stream, terminal, this.#endOfInputGraceMs);
    // the output is complete only when no process writes to the terminal any more
    const hungUp = Promise.race([terminal.ended, output]).then(() =>
      endSession(terminal.pid, this.#hangupGraceMs),
    );
    await output;
    if (!(await hungUp)) {
      this.#log.warning(`${this.#what}: some processes of ${terminal.pid} can't be ended`);
      return;
    }
    const { code, signal } = await terminal.ended;
    this.#log.debug(`${this.#what}: process ${terminal.pid} ended with ${signal ?? code ?? '?'}`);
  }
}

/** Joins a stream with a terminal; resolves when the stream is closed and the terminal hung up. */
function join(stream: Duplex, terminal: Terminal, endOfInputGraceMs: number): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    terminal.on('error', () => undefined);
    terminal.once('finish', () => {
      timer = setTimeout(() => terminal.destroy(), endOfInputGraceMs);
    });
    terminal.once('close', () => {
      clearTimeout(timer);
      endGently(stream);
    });
    terminal.once('end', () => terminal.destroy());
    stream.once('close', () => {
      terminal.destroy();
      resolve();
    });
    if (stream.destroyed) {
      terminal.destroy();
      resolve();
      return;
    }
    stream.pipe(terminal);
    terminal.pipe(stream);
  });
}

/** Ends our side, lets the peer read all of it, and cuts off a peer that does not close its own side then. */
function endGently(stream: Duplex): void {
  if (stream.destroyed) return;
  stream.unpipe();
  stream.resume();
  stream.end(() => {
    const timer = setTimeout(() => stream.destroy(), LINGER_MS);
    timer.unref();
    stream.once('close', () => {
      clearTimeout(timer);
    });
  });
}
