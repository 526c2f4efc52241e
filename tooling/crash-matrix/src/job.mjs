import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name of the environment variable by which processes of jobs are found. */
export const MARK = 'RECEPTORJS_CRASH_MARK';

const LINES = 8;
const STDIN_BYTES = 300_000;
/** The job counts that it ran, writes some lines and then its stdin; a long one waits in a child of its own first. */
const script = (/** @type {string} */ effects) => `echo ran >>'${effects}'
n=0
while [ $n -lt ${LINES} ]; do echo line $n; n=$((n+1)); sleep 0.03; done
if [ "$1" = long ]; then sleep 60 & wait; fi
cat
`;

/** One attempt of a client to have a job run. It owns the file that counts how often the job ran. */
export class Job {
  #effects;

  /**
   * @param {string} folder
   * @param {string} mark of all jobs of one run
   * @param {{ isLong: boolean }} options
   */
  constructor(folder, mark, { isLong }) {
    const name = randomUUID();
    this.#effects = join(folder, `${name}.effects`);
    const path = join(folder, `${name}.sh`);
    writeFileSync(path, script(this.#effects));
    /** Arguments of the command \`env\`. */
    this.params = `${MARK}=${mark} sh ${path} ${isLong ? 'long' : 'short'}`;
    this.stdin = Buffer.alloc(STDIN_BYTES, `${name}\n`);
    const lines = Array.from({ length: LINES }, (_, at) => `line ${at}\n`).join('');
    this.stdout = Buffer.concat([Buffer.from(lines), this.stdin]);
  }

  /** How often it ran. */
  runs() {
    try {
      return readFileSync(this.#effects, 'utf8').split('\n').length - 1;
    } catch {
      return 0;
    }
  }
}
