import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A program and the first words of its command line. */
export interface Program {
  readonly command: string;
  readonly first: readonly string[];
}

/** A program of this project: the one that stands beside this one in a clone, else the one that is found on the path. */
export function program(name: 'receptor' | 'ansible-runner'): Program {
  const beside = fileURLToPath(new URL(`../../${name}/dist/cli.js`, import.meta.url));
  return existsSync(beside)
    ? { command: process.execPath, first: [beside] }
    : { command: name, first: [] };
}
