#!/usr/bin/env node
/**
 * The command line of a mesh node: status, ping, traceroute, units of work and their results, over the node's control
 * socket. It takes the verbs, options and environment variables of the Python `receptorctl`, prints what that prints,
 * and ends with the same exit codes; `--json` is there wherever there is output.
 *
 * ```sh
 * receptorctl --socket /run/receptor.sock status
 * receptorctl --socket /run/receptor.sock work submit cat --node far -l hello -f --rm
 * receptorctl --socket /run/receptor.sock top --once
 * receptorctl --socket /run/receptor.sock work release --older-than 2d --state Failed
 * ```
 *
 * @packageDocumentation
 */
import { errorText } from '@receptorjs/primitives';
import { CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { Failure, withRemedy } from './failure.js';
import { buildProgram } from './program.js';
import { outputFailed, printError } from './output/terminal.js';

// The first would open Node's debugger on a port, the second end the program.
for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => undefined);

async function main(args: readonly string[]): Promise<number> {
  const program = buildProgram(manifest.version, args);
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap((c) => c.commands),
  ]) {
    command.exitOverride().configureOutput({ outputError: () => undefined });
  }
  if (args.length === 1 && /^--(?:(?:bash|zsh)-completion|man-page)$/.test(args[0] ?? '')) {
    const { shellText } = await import('./shell-texts.js');
    process.stdout.write(shellText(args[0] ?? '', program) ?? '');
    return 0;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof Failure) {
      if (error.message !== '') printError(withRemedy(error.message));
      return error.exitCode;
    }
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'commander.helpDisplayed') return 0;
    if (code === 'commander.version') return 0;
    // 1 where a verb was left out, as with the original; 0 where help was asked for
    if (error instanceof CommanderError && code === 'commander.help') return error.exitCode;
    printError(withRemedy(errorText(error).replace(/^error: /, '')) + hint(args, code));
    return 1;
  }
}

/** What probably was meant, where commander does not say it. */
function hint(args: readonly string[], code: unknown): string {
  if (code === 'commander.unknownOption' && args[0] === '--json')
    return '; --json stands behind the verb';
  if (code === 'commander.excessArguments' && args.join(' ').includes('work list'))
    return ' Use work status UNIT for one unit.';
  return '';
}

process.stdout.on('error', (error: Error & { code?: string }) => {
  outputFailed(() => {
    // a reader that has seen enough, such as head, is no failure
    if (error.code === 'EPIPE') process.exit(0);
    printError(`could not write the output: ${error.message}`);
    process.exit(1);
  });
});
const code = await main(process.argv.slice(2));
// behind all that was written before, and after the failure of the last write, should there be one
const end = (): unknown => setImmediate(() => process.exit(code));
// even an empty write fails when the reader has gone
if (process.stdout.writableLength === 0) end();
else process.stdout.write('', end);
