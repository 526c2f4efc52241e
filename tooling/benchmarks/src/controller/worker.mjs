import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A worker that is a small program: it takes its run, waits at a gate, and then does what it is told by lines of shell. It notes when a job begins and when it ends. It owns the folder.
 */
export class ScriptedWorker {
  /** @param {string} folder @param {string} script what it does behind the gate; `$id` is the job */
  constructor(folder, script) {
    mkdirSync(folder);
    this.folder = folder;
    this.program = join(folder, 'worker.sh');
    spawnSync('mkfifo', [this.#gate('first'), this.#gate('second')]);
    const note = (/** @type {string} */ what) => `date +%s%N > ${folder}/$id-${what}`;
    const text = `#!/bin/sh
case "$*" in *--worker-info*)
  printf 'cpu_count: 1024\\nmem_in_bytes: 1099511627776\\nrunner_version: 2.4.3\\nuuid: 0000\\n'; exit;;
  *cleanup*) exit;;
esac
id=\${*#*awx_}; id=\${id%%_*}
cat > /dev/null
${note('begun')}
: < ${this.#gate('first')}
${script}
${note('ended')}
`;
    writeFileSync(this.program, text, { mode: 0o755 });
  }

  /** The line of shell that waits at another gate. */
  static waitAtSecond(/** @type {string} */ folder) {
    return `: < ${join(folder, 'gate-second')}`;
  }

  /** Lets all go on that wait at a gate. @param {'first' | 'second'} [gate] */
  async open(gate = 'first') {
    await once(spawn('sh', ['-c', `: > ${this.#gate(gate)}`], { stdio: 'ignore' }), 'exit');
  }

  #gate(/** @type {string} */ name) {
    return join(this.folder, `gate-${name}`);
  }

  /** Milliseconds since 1970 by the ids of jobs. @param {'begun' | 'ended'} what @returns {Map<number, number>} */
  times(what) {
    const names = readdirSync(this.folder).filter((name) => name.endsWith(`-${what}`));
    return new Map(
      names.map((name) => [
        Number.parseInt(name, 10),
        Number(BigInt(readFileSync(join(this.folder, name), 'utf8').trim()) / 1_000n) / 1_000,
      ]),
    );
  }
}
