import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import type { Pod } from '../cluster/objects.js';
import { SPOOL_DIR } from '../spool/spool-script.js';

interface Manifest {
  readonly spec?: {
    readonly containers?: readonly {
      readonly name?: string;
      readonly command?: readonly string[];
      readonly args?: readonly string[];
    }[];
  };
}

/** Who hears of a container. */
export interface ContainerListeners {
  readonly onStdout: (bytes: Buffer) => void;
  readonly onExit: (exitCode: number) => void;
}

/** The worker of a pod as processes of this machine, with a folder of its own in the place of the spool's. */
export class FakeContainer {
  readonly folder = mkdtempSync(join(tmpdir(), 'kube-pod-'));
  /** What came on the stdin of commands beside the main one. */
  readonly told: string[] = [];
  readonly #processes = new Set<ChildProcessWithoutNullStreams>();
  #main: ChildProcessWithoutNullStreams | undefined;
  readonly #env: NodeJS.ProcessEnv = process.env;

  /** @param programs all that there are. Default: those of this machine */
  constructor(programs?: readonly string[]) {
    if (!programs) return;
    const bin = join(this.folder, 'bin');
    mkdirSync(bin);
    for (const name of programs) {
      symlinkSync(spawnSync('which', [name]).stdout.toString().trim(), join(bin, name));
    }
    this.#env = { PATH: bin };
  }

  run(pod: Pod, { onStdout, onExit }: ContainerListeners): void {
    const worker = (pod as Manifest).spec?.containers?.find(({ name }) => name === 'worker');
    const words = [...(worker?.command ?? []), ...(worker?.args ?? [])];
    // as the kubelet expands what stands in a manifest
    const main = this.#spawn(words.map((word) => word.replaceAll('$$', '$')));
    this.#main = main;
    main.stdout.on('data', onStdout);
    main.stderr.resume();
    main.on('close', (code, signal) => {
      onExit(code ?? (signal === 'SIGKILL' ? 137 : 143));
      this.end();
    });
  }

  /** Whether there is a file in its spool. */
  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  /** Bytes of its spool that were acknowledged. */
  get acknowledged(): number {
    const path = join(this.folder, 'acked');
    return existsSync(path) ? Number(readFileSync(path)) : 0;
  }

  endStdin(bytes: Buffer): void {
    this.#main?.stdin.end(bytes);
  }

  /** All of its processes end at once, as by the kernel for want of memory. */
  end(): void {
    for (const { pid } of this.#processes) {
      try {
        if (pid !== undefined) process.kill(-pid, 'SIGKILL');
      } catch {
        // its group has ended
      }
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
  }

  /** One command beside the main one, with its streams in channels; stdin while it listens. */
  execute(socket: WebSocket, command: readonly string[], listens: () => boolean): void {
    const child = this.#spawn(command);
    const send = (channel: number, bytes: Buffer): void => {
      socket.send(Buffer.concat([Buffer.from([channel]), bytes]));
    };
    for (const [channel, stream] of [child.stdout, child.stderr].entries()) {
      stream.on('data', (bytes: Buffer) => {
        send(channel + 1, bytes);
        if (socket.bufferedAmount < 1024 * 1024) return;
        stream.pause();
        setTimeout(() => stream.resume(), 10);
      });
    }
    socket.on('message', (data: Buffer) => {
      if (data[0] !== 0 || !listens()) return;
      this.told.push(data.subarray(1).toString());
      child.stdin.write(data.subarray(1));
    });
    socket.on('error', () => undefined);
    socket.on('close', () => child.stdin.end());
    child.on('close', (code) => {
      const message = `command terminated with exit code ${String(code)}`;
      const status = code === 0 ? { status: 'Success' } : { status: 'Failure', message };
      send(3, Buffer.from(JSON.stringify(status)));
      socket.close(1000);
    });
  }

  #spawn(words: readonly string[]): ChildProcessWithoutNullStreams {
    const [program = '', ...args] = words.map((word) => word.replaceAll(SPOOL_DIR, this.folder));
    const child = spawn(program, args, { detached: true, env: this.#env });
    // a program that is not there
    child.on('error', () => undefined);
    this.#processes.add(child);
    child.on('exit', () => this.#processes.delete(child));
    child.stdin.on('error', () => undefined);
    return child;
  }
}
