import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countedLines, lineWriter } from './counted-lines.mjs';
import { podOf } from './pod-node.mjs';

/** Where the pods find the folder that counts how often each ran. */
const EFFECTS = '/effects';

/** One attempt to have a job run. In the folder for effects, a file of its name gets a line each time that it does. */
export class PodJob {
  #effects;
  #plan;

  /**
   * @param {string} name of a few letters and digits
   * @param {import('./job-plans.mjs').JobPlan} plan
   * @param {string} effects folder
   */
  constructor(name, plan, effects) {
    this.name = name;
    this.#plan = plan;
    this.#effects = effects;
    const line = `${name} in\n`;
    this.stdin = Buffer.alloc(plan.stdinBytes, line);
  }

  get pod() {
    const { lines, bursts } = this.#plan;
    const bursting = Array.from({ length: bursts }, (_, at) => {
      const [program = '', ...args] = lineWriter(this.#burst(at), lines);
      return `${program} '${args.join(' ')}'`;
    });
    const script = [`echo ran >>${EFFECTS}/${this.name}`, bursting.join('\nsleep 1\n'), 'cat'];
    return podOf(['sh', '-c', script.join('\n')], {
      container: { volumeMounts: [{ name: 'effects', mountPath: EFFECTS }] },
      spec: {
        hostNetwork: true,
        volumes: [{ name: 'effects', hostPath: { path: this.#effects } }],
      },
    });
  }

  /** What its stdout must be. */
  get stdout() {
    const { lines, bursts } = this.#plan;
    const texts = Array.from({ length: bursts }, (_, at) => [
      ...countedLines(this.#burst(at), lines),
    ]);
    return Buffer.concat([Buffer.from(texts.flat().join('')), this.stdin]);
  }

  /** How often it ran. */
  runs() {
    try {
      return readFileSync(join(this.#effects, this.name), 'utf8').split('\n').length - 1;
    } catch {
      return 0;
    }
  }

  #burst(/** @type {number} */ at) {
    return `${this.name}b${at}`;
  }
}
