import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import type { ContainerState, Pod } from '../cluster/objects.js';
import { FakeContainer } from './fake-container.js';

/** A line of a log. */
interface LogLine {
  readonly stamp: string;
  readonly bytes: Buffer;
}

/** Who reads a log. */
interface Follower {
  readonly answer: ServerResponse;
  readonly hasStamps: boolean;
  next: number;
  /** Where its answer ends: it was behind when the file was rotated. */
  end?: number;
}

/** What a connection to a container's streams hears when it has ended. */
export const SUCCESS = Buffer.concat([Buffer.from([3]), Buffer.from('{"status":"Success"}')]);

/** A pod of the API double, and what its worker does: as a test says. */
export class FakePod {
  #lines: LogLine[] = [];
  /** The first line of the current file: the others are rotated away. */
  #fileStart = 0;
  readonly #followers = new Set<Follower>();
  readonly #stdin: Buffer[] = [];
  #endOfStdin: (all: Buffer) => void = () => undefined;
  /** Whether stdin was attached to: there is one time only. */
  isAttached = false;
  readonly sockets = new Set<WebSocket>();
  /** Those of commands beside the worker. */
  readonly #commands = new WeakSet<WebSocket>();
  hasEnded = false;
  /** All that came by stdin, once it has ended. */
  readonly stdin = new Promise<Buffer>((resolve) => {
    this.#endOfStdin = resolve;
  });

  /** What is said to commands beside the worker does not reach them. */
  losesTold = false;
  /** Attachments that come no further than to the API server. */
  missedAttachments = 0;
  /** Of those, how many are cut before anything is answered. */
  cutAttachments = 0;

  /** Where it runs what it was asked for; the scripted one has none. */
  container: FakeContainer | undefined;

  constructor(
    public object: Pod,
    private readonly onChange: (pod: FakePod) => void,
  ) {}

  get name(): string {
    return this.object.metadata?.name ?? '';
  }

  takeStdin(bytes: Buffer): void {
    this.#stdin.push(bytes);
  }

  endStdin(): void {
    this.#endOfStdin(Buffer.concat(this.#stdin));
  }

  /** The worker's state, and with it the phase. */
  state(state: ContainerState, status: Pod['status'] = {}): void {
    const phase = state.running ? 'Running' : 'Pending';
    this.status({ phase, ...status, containerStatuses: [{ name: 'worker', state }] });
  }

  status(status: Pod['status']): void {
    this.object = { ...this.object, ...(status && { status }) };
    this.onChange(this);
  }

  run(): void {
    this.state({ running: {} });
  }

  /**
   * Runs what its manifest says, on this machine.
   *
   * @param programs all that there are in its image. Default: those of this machine
   */
  runForReal({ programs }: { readonly programs?: readonly string[] } = {}): void {
    const container = new FakeContainer(programs);
    this.container = container;
    container.run(this.object, {
      onStdout: (bytes) => {
        this.print(bytes);
      },
      onExit: (exitCode) => {
        if (!this.hasEnded) this.exit(exitCode);
      },
    });
    void this.stdin.then((bytes) => {
      container.endStdin(bytes);
    });
    this.run();
  }

  /** Ends all that runs for real at once. */
  kill(exitCode: number, reason: string): void {
    this.exit(exitCode, reason);
    this.container?.end();
  }

  execute(socket: WebSocket, command: readonly string[]): void {
    this.sockets.add(socket);
    this.#commands.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    this.container?.execute(socket, command, () => !this.losesTold);
  }

  /** Writes to the log; without a newline at its end the line goes on at the next call with the same stamp. */
  print(text: string | Buffer, stamp = '2026-01-02T03:04:05.000000001Z'): void {
    this.#lines.push({ stamp, bytes: Buffer.from(text) });
    for (const follower of this.#followers) this.#send(follower);
  }

  /**
   * What was written stands in a file that nobody can ask for any more; who follows loses nothing, but for those who are behind: their answer
   * ends with that file, cleanly.
   */
  rotate(): void {
    this.#fileStart = this.#lines.length;
    for (const follower of this.#followers) {
      if (follower.next < this.#fileStart) follower.end ??= this.#fileStart;
    }
  }

  /** The worker ends; who follows the log hears its end. */
  exit(exitCode = 0, reason = exitCode === 0 ? 'Completed' : 'Error', message = ''): void {
    this.hasEnded = true;
    this.endFollowing();
    for (const socket of this.sockets) {
      if (!this.#commands.has(socket)) socket.send(SUCCESS);
      socket.close(1000);
    }
    this.state(
      { terminated: { exitCode, reason, message } },
      { phase: exitCode === 0 ? 'Succeeded' : 'Failed' },
    );
  }

  /** A clean end of all who follow the log, as a restart of the kubelet makes it. Who is behind gets the rest before. */
  endFollowing(): void {
    for (const follower of this.#followers) {
      follower.end ??= this.#lines.length;
      this.#send(follower);
    }
    this.#followers.clear();
  }

  /** Cuts all who follow the log. */
  cutFollowing(): void {
    for (const { answer } of this.#followers) answer.destroy();
    this.#followers.clear();
  }

  get followers(): number {
    return this.#followers.size;
  }

  /** The last lines of the current file, without stamps; what is beyond the limit is left out at the end, as the kubelet does it. */
  answerTail(answer: ServerResponse, lines: number, limitBytes: number): void {
    const all = this.#lines.slice(this.#fileStart).map(({ bytes }) => bytes);
    const text = Buffer.concat(all)
      .toString()
      .split(/(?<=\n)/);
    answer.end(Buffer.from(text.slice(-lines).join('')).subarray(0, limitBytes));
  }

  answerLog(
    answer: ServerResponse,
    follow: boolean,
    sinceTime: string | null,
    hasStamps: boolean,
  ): void {
    const since = sinceTime === null ? 0 : Date.parse(sinceTime);
    const next = this.#lines.findIndex(
      ({ stamp }, index) => index >= this.#fileStart && Date.parse(stamp) >= since,
    );
    answer.writeHead(200, { 'content-type': 'text/plain' });
    answer.flushHeaders();
    const isFollowing = follow && !this.hasEnded;
    const follower: Follower = {
      answer,
      next: next < 0 ? this.#lines.length : next,
      hasStamps,
      ...(!isFollowing && { end: this.#lines.length }),
    };
    if (isFollowing) this.#followers.add(follower);
    answer.on('close', () => this.#followers.delete(follower));
    answer.on('drain', () => {
      this.#send(follower);
    });
    this.#send(follower);
  }

  /** As much as its reader takes. */
  #send(follower: Follower): void {
    for (; ; follower.next += 1) {
      if (follower.answer.writableEnded) return;
      if (follower.next === follower.end) {
        this.#followers.delete(follower);
        follower.answer.end();
        return;
      }
      if (follower.next >= this.#lines.length || follower.answer.writableNeedDrain) return;
      const line = this.#lines[follower.next];
      if (!line) return;
      const before = this.#lines[follower.next - 1];
      const isGoingOn = before && before.bytes.at(-1) !== 10 && follower.next > this.#fileStart;
      const stamp = isGoingOn || !follower.hasStamps ? '' : `${line.stamp} `;
      follower.answer.write(Buffer.concat([Buffer.from(stamp), line.bytes]));
    }
  }
}
