import { errorText } from '@receptorjs/primitives';
import {
  bashCompletion,
  configure,
  factsOf,
  helpText,
  manualPage,
  requestOf,
  zshCompletion,
  type Action,
  type Request,
} from '@receptorjs/receptor-config';
import manifest from '../package.json' with { type: 'json' };
import type { HangUps } from './process/hang-ups.js';

/**
 * Does what a command line asks for, to its end. Gives the exit code; a failure is one line on stdout, as with the original.
 * Never rejects.
 *
 * @param hangUps what SIGHUP does to a node; anything else ends by it as every program does
 */
export async function main(args: readonly string[], hangUps: HangUps): Promise<number> {
  if (args[0] === 'join') {
    const { join } = await import('./join/join.js');
    const end = await join(args.slice(1));
    return typeof end === 'number' ? end : main(['--config', end.config], hangUps);
  }
  try {
    const request = requestOf(args);
    const actions = request === 'start' ? actionsOf(args) : [];
    if (request === 'start' && !actions.some((each) => factsOf(each).standsAlone)) {
      const { runNode } = await import('./run-node.js');
      const hasFile = args.some((arg) => /^--?(?:c|config|config-v2)(?:=|$)/i.test(arg));
      const read = hasFile ? () => actionsOf(args) : undefined;
      const end = await runNode({ configured: actions, read, version: manifest.version, hangUps });
      return end instanceof Error ? fail(end) : end;
    }
    hangUps.release();
    return request === 'start' ? await executeAlone(actions) : await answer(request, args);
  } catch (error) {
    return fail(error);
  }
}

function fail(error: unknown): number {
  process.stdout.write(`Error: ${errorText(error).replaceAll('\n', ' ')}\n`);
  return 1;
}

function actionsOf(args: readonly string[]): readonly Action[] {
  const configuration = configure(args);
  return configuration.help ? [] : configuration.actions;
}

/** Does actions that stand alone. */
async function executeAlone(actions: readonly Action[]): Promise<number> {
  if (actions.some(({ action }) => action === 'version')) {
    process.stdout.write(`${manifest.version}\n`);
    return 0;
  }
  const { makeCertificates } = await import('./certificates/certificate-actions.js');
  await makeCertificates(actions);
  return 0;
}

async function answer(
  request: Exclude<Request, 'start'>,
  args: readonly string[],
): Promise<number> {
  switch (request) {
    case 'help':
      process.stdout.write(helpText());
      return 0;
    case 'check': {
      const { check } = await import('./checks/check.js');
      return check(args);
    }
    case 'man-page':
      process.stdout.write(manualPage(manifest.version));
      return 0;
    case 'bash-completion':
    case 'zsh-completion': {
      const script = request === 'bash-completion' ? bashCompletion : zshCompletion;
      process.stdout.write(script('receptor'));
      return 0;
    }
  }
}
