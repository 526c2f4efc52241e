import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { LineJoiner } from './output/line-joiner.js';
import type { ProcessEnd } from './terminal/terminal-process.js';

/** Longest line that a relay says. */
const MAX_LINE_LENGTH = 64 * 1024;

/** What a relay says when it has started its program. */
export interface RelayStart {
  readonly pid: number;
  /** Path of the program's terminal. */
  readonly terminal: string;
}

/** What a relay reports of its program. Owns what has been heard. */
export class RelayReports {
  /** Rejects when the program could not be started. */
  readonly started: Promise<RelayStart>;
  readonly ended: Promise<ProcessEnd>;
  #start: (start: RelayStart) => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  #end: (end: ProcessEnd) => void = () => undefined;
  /** Process id of the program while it runs. */
  #running: number | undefined;

  /**
   * @param relay the process
   * @param control the socket over which it reports
   */
  constructor(relay: ChildProcess, control: Socket) {
    this.started = new Promise((resolve, reject) => {
      this.#start = resolve;
      this.#fail = reject;
    });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    // The caller that awaits the start gets the error.
    this.started.catch(() => undefined);
    const lines = new LineJoiner(MAX_LINE_LENGTH, (line) => this.#line(line));
    control.setEncoding('utf8');
    control.on('data', (text) => lines.push(String(text)));
    relay.once('error', (error) => this.#fail(error));
    relay.once('close', (code, signal) => this.#gone(code, signal));
  }

  #line(line: string): void {
    const [, word = '', value = ''] = /^(\w+) (.*)$/.exec(line) ?? [];
    const [number = '', terminal = ''] = value.split(' ');
    if (word === 'failed') this.#fail(new Error(value));
    if (word === 'pid') {
      this.#running = Number(number);
      this.#start({ pid: this.#running, terminal });
    }
    if (word !== 'code' && word !== 'signal') return;
    this.#running = undefined;
    this.#end(
      word === 'code'
        ? { code: Number(number), signal: null }
        : { code: null, signal: signalName(Number(number)) },
    );
  }

  /** A relay that was killed has not said how its program ended; that has no terminal any more, and is ended too. */
  #gone(code: number | null, signal: NodeJS.Signals | null): void {
    this.#fail(new Error(signal ?? `exit status ${String(code)}`));
    if (this.#running !== undefined)
      try {
        process.kill(-this.#running, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    this.#end({ code, signal });
  }
}

function signalName(number: number): NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return (found?.[0] ?? 'SIGKILL') as NodeJS.Signals;
}
