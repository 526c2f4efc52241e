import { parseArgs } from 'node:util';

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
        keep: { type: 'boolean', default: false },
        jobs: { type: 'string' },
        controllers: { type: 'string' },
        nodes: { type: 'string' },
        steps: { type: 'string' },
        cut: { type: 'string' },
        late: { type: 'string' },
      },
    });
    this.names = positionals;
    this.#values = values;
  }

  get short() {
    return this.#values.short;
  }

  get json() {
    return this.#values.json;
  }

  /** Whether the folder of a trial stays. */
  get keep() {
    return this.#values.keep;
  }

  /** @param {'jobs' | 'controllers' | 'nodes' | 'steps' | 'cut' | 'late'} name @param {number} absent @throws Error */
  number(name, absent) {
    const text = this.#values[name];
    if (text === undefined) return absent;
    if (!/^[1-9]\d{0,8}$/.test(text))
      throw new Error(`--${name} ${text}: it takes a number of at least 1`);
    return Number(text);
  }
}
