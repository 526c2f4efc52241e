import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { venv } from './mesh.js';

/** What a link does to packets; what is not named stays as it was. `a` is what the first end sends. */
export interface Impairment {
  readonly direction?: 'a' | 'b' | 'both';
  /** Share of packets lost, 0 to 1; 1 cuts. */
  readonly loss?: number;
  /** One way, in milliseconds. */
  readonly delay_ms?: number;
  readonly jitter_ms?: number;
  /** Share of packets that overtake the others. */
  readonly reorder?: number;
}

/** Why namespaces can't be made here; undefined when they can. */
export function noNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are there on Linux only';
  const name = `mesh-probe-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (made.error !== undefined) return 'there is no ip command';
  if (made.status !== 0) return `network namespaces are not permitted: ${made.stderr.trim()}`;
  const tun = spawnSync('ip', ['-n', name, 'tuntap', 'add', 'probe0', 'mode', 'tun'], {
    encoding: 'utf8',
  });
  ip('netns', 'delete', name);
  return tun.status === 0 ? undefined : `tun devices are not permitted: ${tun.stderr.trim()}`;
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr.trim()}`);
}

/** A link between two namespaces. */
export class EmulatedLink {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;

  constructor(
    /** Addresses of the two ends. */
    readonly addresses: readonly [string, string],
    args: readonly string[],
  ) {
    const script = join(import.meta.dirname, 'link_emulator.py');
    this.#process = spawn(join(venv, 'bin', 'python'), [script, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface(this.#process.stdout);
  }

  /** Resolves when the devices are up. */
  async up(): Promise<void> {
    await this.#line();
  }

  /** Changes what happens to packets from now on. */
  async impair(impairment: Impairment): Promise<void> {
    this.#process.stdin.write(`${JSON.stringify(impairment)}\n`);
    await this.#line();
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.#process.stdin.end();
    await once(this.#process, 'exit');
  }

  async #line(): Promise<void> {
    const ended = once(this.#process, 'exit').then(() => {
      throw new Error('the link emulator ended');
    });
    await Promise.race([once(this.#lines, 'line'), ended]);
  }
}

/** Namespaces and links of one test. Nothing in them can reach anything outside, nor be reached. */
export class Network {
  readonly #namespaces: string[] = [];
  readonly #links: EmulatedLink[] = [];

  /** A namespace with a loopback device; gives its full name. */
  add(name: string): string {
    const full = `mesh-${process.pid}-${name}`;
    ip('netns', 'add', full);
    this.#namespaces.push(full);
    ip('-n', full, 'link', 'set', 'lo', 'up');
    return full;
  }

  /** Joins two namespaces by a link that does nothing to packets yet. */
  async link(a: string, b: string): Promise<EmulatedLink> {
    const net = `10.99.${this.#links.length}`;
    const addresses = [`${net}.1`, `${net}.2`] as const;
    const link = new EmulatedLink(addresses, [a, addresses[0], b, addresses[1], '1']);
    this.#links.push(link);
    await link.up();
    return link;
  }

  async end(): Promise<void> {
    for (const link of this.#links) await link.end();
    for (const name of this.#namespaces) ip('netns', 'delete', name);
  }
}
