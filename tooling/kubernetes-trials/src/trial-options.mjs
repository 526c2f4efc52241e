import { parseArgs } from 'node:util';

const receptors = /** @type {const} */ (['ours', 'go']);

/** What a run of trials was asked for. Each trial has defaults of its own. */
export class TrialOptions {
  #values;

  /** @param {readonly string[]} args @throws Error that says what is wrong with them */
  constructor(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        short: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        receptor: { type: 'string', default: 'ours' },
        runs: { type: 'string' },
        bytes: { type: 'string' },
        parallel: { type: 'string' },
        seed: { type: 'string' },
        spool: { type: 'string' },
        jobs: { type: 'string' },
        pods: { type: 'string' },
        fault: { type: 'string', multiple: true },
      },
    });
    this.names = positionals;
    this.#values = values;
    if (!receptors.some((each) => each === values.receptor))
      throw new Error(`--receptor ${values.receptor}: it is ${receptors.join(' or ')}`);
  }

  get short() {
    return this.#values.short;
  }

  get json() {
    return this.#values.json;
  }

  get receptor() {
    return /** @type {import('./pod-node.mjs').Receptor} */ (this.#values.receptor);
  }

  /** Names of faults; none for all. */
  get faults() {
    return this.#values.fault ?? [];
  }

  /** @param {'runs' | 'bytes' | 'parallel' | 'seed' | 'jobs' | 'pods'} name @param {number} absent @throws Error */
  number(name, absent) {
    const text = this.#values[name];
    if (text === undefined) return absent;
    if (!/^[1-9]\d{0,14}$/.test(text))
      throw new Error(`--${name} ${text}: it takes a number of at least 1`);
    return Number(text);
  }

  /** @param {'spool'} name @param {string} absent */
  text(name, absent) {
    return this.#values[name] ?? absent;
  }
}
