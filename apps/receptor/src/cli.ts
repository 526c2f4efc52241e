#!/usr/bin/env node
/**
 * The receptor daemon. It takes the command line and the list-form YAML of Ansible Receptor and links with it: routes
 * packets, answers the control protocol, runs units of work, carries TCP connections over the mesh.
 *
 * ```sh
 * receptor --node id=foo --local-only --log-level Debug
 * receptor --config foo.yml
 * ```
 *
 * @packageDocumentation
 */
import { hostname } from 'node:os';
import { configure, helpText } from '@receptorjs/receptor-config';
import manifest from '../package.json' with { type: 'json' };
import { lineLog } from './log.js';
import { hasBackends, planOf, type Plan } from './plan.js';

/** Prints a failure as the original does: one line on stdout. */
function fail(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stdout.write(`Error: ${message.replaceAll('\n', ' ')}\n`);
  return 1;
}

async function run(plan: Plan): Promise<number> {
  const log = lineLog(plan.level, (line) => process.stdout.write(line));
  if (!hasBackends(plan)) {
    log.warning('Nothing to do - no backends are running.');
    return 1;
  }
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  const { startDaemon } = await import('./daemon.js');
  const daemon = await startDaemon(plan, manifest.version, log);
  log.info('Initialization complete');
  const end = await Promise.race([stopped, daemon.failed]);
  await daemon.close();
  return end instanceof Error ? fail(end) : 0;
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const configuration = configure(args);
    if (configuration.help) {
      process.stdout.write(helpText());
      return 0;
    }
    if (configuration.actions.some(({ action }) => action === 'version')) {
      process.stdout.write(`${manifest.version}\n`);
      return 0;
    }
    return await run(planOf(configuration.actions, hostname()));
  } catch (error) {
    return fail(error);
  }
}

process.stdout.on('error', () => undefined);
const code = await main(process.argv.slice(2));
// Everything is closed and every line is out: nothing that lingers below may hold the process.
process.stdout.write('', () => process.exit(code));
