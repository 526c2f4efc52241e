#!/usr/bin/env node
/**
 * The receptor daemon. It takes the command line and the YAML of Ansible Receptor and links with it: routes packets,
 * answers the control protocol, runs units of work, carries other traffic over the mesh, makes certificates.
 *
 * ```sh
 * receptor --node id=foo --local-only --log-level Debug
 * receptor --config foo.yml
 * receptor --check --config foo.yml
 * ```
 *
 * @packageDocumentation
 */
import { hostname } from 'node:os';
import {
  bashCompletion,
  checkConfiguration,
  configure,
  helpText,
  requestOf,
  zshCompletion,
  type Action,
} from '@receptorjs/receptor-config';
import manifest from '../package.json' with { type: 'json' };
import type { Daemon } from './daemon.js';
import { lineLog } from './log.js';
import { describeOffers, nodeOffers, type NodeOffers } from './node-offers.js';
import { nodeSettings } from './node-settings.js';
import { messageOf } from './placed.js';
import { refuseUnsupported } from './unsupported.js';

/** Prints a failure as the original does: one line on stdout. */
function fail(error: unknown): number {
  process.stdout.write(`Error: ${messageOf(error).replaceAll('\n', ' ')}\n`);
  return 1;
}

function actionsOf(args: readonly string[]): readonly Action[] {
  const configuration = configure(args);
  return configuration.help ? [] : configuration.actions;
}

function offersOf(configured: readonly Action[]): NodeOffers {
  const [, executable = ''] = process.argv;
  return nodeOffers(configured, { executable, module: import.meta.url });
}

async function run(args: readonly string[], configured: readonly Action[]): Promise<number> {
  refuseUnsupported(configured);
  const offers = offersOf(configured);
  const { actions } = offers;
  const settings = nodeSettings(actions, hostname());
  const log = lineLog(settings.level, (line) => process.stdout.write(line));
  if (!settings.hasBackends) {
    log.warning('Nothing to do - no backends are running.');
    return 1;
  }
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  const [{ startDaemon }, { Reloader }] = await Promise.all([
    import('./daemon.js'),
    import('./reload.js'),
  ]);
  let daemon: Daemon | undefined = undefined;
  const reloader = new Reloader({
    offers,
    read: () => offersOf(actionsOf(args)),
    daemon: () => daemon,
    hostname: hostname(),
    log,
  });
  const hasFile = args.some((arg) => /^--?(?:c|config|config-v2)(?:=|$)/i.test(arg));
  for (const { level, text } of offers.notices) log[level](text);
  daemon = await startDaemon({
    settings,
    actions,
    version: manifest.version,
    log,
    reload: hasFile ? reloader.reload : undefined,
  });
  log.info('Initialization complete');
  const end = await Promise.race([stopped, daemon.failed]);
  await daemon.close();
  return end instanceof Error ? fail(end) : 0;
}

/**
 * Prints all mistakes of a configuration, each with its place: first those of the text, and when there is none, what of it
 * this node could not be started with. Without any it prints which work the node would offer.
 */
async function check(args: readonly string[]): Promise<number> {
  let mistakes = checkConfiguration(args).map(({ listing }) => listing);
  if (mistakes.length === 0) {
    const { startMistakes } = await import('./start-check.js');
    mistakes = await startMistakes(actionsOf(args), hostname());
  }
  for (const mistake of mistakes) process.stdout.write(`${mistake}\n`);
  if (mistakes.length > 0) return 1;
  process.stdout.write('The configuration is good.\n');
  for (const line of describeOffers(offersOf(actionsOf(args)))) process.stdout.write(`${line}\n`);
  return 0;
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const request = requestOf(args);
    switch (request) {
      case 'help':
        process.stdout.write(helpText());
        return 0;
      case 'check':
        return await check(args);
      case 'bash-completion':
      case 'zsh-completion': {
        const script = request === 'bash-completion' ? bashCompletion : zshCompletion;
        process.stdout.write(script('receptor'));
        return 0;
      }
      case 'start':
        break;
    }
    const actions = actionsOf(args);
    if (actions.some(({ action }) => action === 'version')) {
      process.stdout.write(`${manifest.version}\n`);
      return 0;
    }
    if (actions.some(({ action }) => action.startsWith('cert-'))) {
      const { makeCertificates } = await import('./certificate-actions.js');
      await makeCertificates(actions);
      return 0;
    }
    return await run(args, actions);
  } catch (error) {
    return fail(error);
  }
}

process.stdout.on('error', () => undefined);
const code = await main(process.argv.slice(2));
// Everything is closed and every line is out: nothing that lingers below may hold the process.
process.stdout.write('', () => process.exit(code));
