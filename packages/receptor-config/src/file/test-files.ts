import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Action } from '../actions.js';
import { configure } from './configuration.js';
import { ConfigError } from '../errors.js';

/** Writes files into a new folder and gives its path. */
export function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'config-'));
  for (const [name, text] of Object.entries(files)) {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return path;
}

/** Writes one file into a new folder and gives its path. */
export const file = (text: string): string =>
  join(folder({ 'receptor.yml': text }), 'receptor.yml');

/** What a command line comes to, on a machine with a usable name. */
export function actionsOf(...args: string[]): readonly Action[] {
  const configuration = configure(args, { hostname: 'here.example.org' });
  if (configuration.help) throw new Error('asked for help');
  return configuration.actions;
}

/** What a file comes to. */
export const actionsIn = (text: string): readonly Action[] => actionsOf('--config', file(text));

/** How a command line is refused. */
export function refusal(...args: string[]): ConfigError {
  try {
    actionsOf(...args);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error(`accepted: ${args.join(' ')}`);
}

/** Actions without the places where they stand. */
export const bare = (actions: readonly Action[]): unknown[] =>
  actions.map(({ action, fields }) => ({ action, fields }));
