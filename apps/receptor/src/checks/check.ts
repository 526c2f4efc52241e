import { hostname } from 'node:os';
import { checkConfiguration, configure } from '@receptorjs/receptor-config';
import { describeOffers, offersOf } from '../node-offers.js';
import { startMistakes } from './start-check.js';

/**
 * Prints all mistakes of a configuration, each with its place: first those of the text, and when there is none, what of it
 * this node could not be started with. Without any it prints which work the node would offer.
 *
 * @returns the exit code
 */
export async function check(args: readonly string[]): Promise<number> {
  const mistakes = checkConfiguration(args).map(({ listing }) => listing);
  if (mistakes.length > 0) return print(mistakes, 1);
  const configuration = configure(args);
  const actions = configuration.help ? [] : configuration.actions;
  const obstacles = await startMistakes(actions, hostname());
  if (obstacles.length > 0) return print(obstacles, 1);
  return print(['The configuration is good.', ...describeOffers(offersOf(actions))], 0);
}

function print(lines: readonly string[], code: number): number {
  for (const line of lines) process.stdout.write(`${line}\n`);
  return code;
}
