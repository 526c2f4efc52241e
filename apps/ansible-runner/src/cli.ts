#!/usr/bin/env node
/**
 * The `ansible-runner` command line: runs Ansible in a private data directory (`run`), or carries such a run to another
 * machine through any pipe (`transmit | worker | process`). Options, files and exit codes are those of Ansible Runner.
 *
 * ```sh
 * ansible-runner run demo -p site.yml
 * ansible-runner transmit demo -p site.yml | ssh far ansible-runner worker | ansible-runner process demo
 * ```
 *
 * @packageDocumentation
 */
import { plainCommandLine } from './command-line/plain-command-line.js';
import { dispatch } from './subcommands.js';
import { Answered, UsageError } from './command-line/usage.js';
import { version } from './version.js';

// The first would open Node's debugger on a port, the second end the program.
for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => undefined);

const abort = new AbortController();
const cancel = () => abort.abort();
/** Whether standard input was asked for. */
const stdin = { used: false };
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
// The reader of the output may go away; the job and its artifacts are finished nevertheless.
process.stdout.on('error', () => undefined);

try {
  const words = process.argv.slice(2);
  // without the parsers, which are most of what there would be to load
  if (words.length === 1 && words[0] === '--version') throw new Answered(`${version}\n`);
  if (words.length === 1 && /^--(?:(?:bash|zsh)-completion|man-page)$/.test(words[0] ?? '')) {
    const { shellText } = await import('./command-line/shell-texts.js');
    throw new Answered(shellText(words[0] ?? '', version) ?? '');
  }
  const line = plainCommandLine(words, process.env) ?? (await parsed(words));
  // Further ones change nothing: the job is being ended, with force after its grace. Transmitting just ends.
  if (line.subcommand !== 'transmit') for (const signal of signals) process.on(signal, cancel);
  process.exitCode = await dispatch(line, {
    // Opening it takes a while, and most subcommands do not read it.
    get stdin() {
      stdin.used = true;
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    signal: abort.signal,
    version,
  });
} catch (error) {
  if (error instanceof Answered) process.stdout.write(error.text);
  else if (error instanceof UsageError) {
    process.exitCode = error.exitCode;
    if (error.message.endsWith('are required: command')) {
      const { overview } = await import('./command-line/overview.js');
      process.stdout.write(overview());
    }
    process.stderr.write(error.shown);
  } else {
    process.exitCode = 1;
    process.stderr.write(`ansible-runner: ${sentenceOf(error)}\n`);
  }
} finally {
  for (const signal of signals) process.removeListener(signal, cancel);
  if (stdin.used) process.stdin.destroy();
}

async function parsed(words: readonly string[]) {
  const { parseCommandLine } = await import('./command-line/command-line.js');
  return parseCommandLine(words, process.env, version);
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code === 'EPIPE'
    ? 'Whoever reads the output has gone away.'
    : error.message;
}
