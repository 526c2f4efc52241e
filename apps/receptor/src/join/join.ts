import { requestCertificate } from '@receptorjs/certificates';
import type { JoinAnswer } from '@receptorjs/join-protocol';
import { errorText } from '@receptorjs/primitives';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { delimiter, join as joinPath, resolve } from 'node:path';
import { askController } from './ask-controller.js';
import { JoinFailure } from './join-failure.js';
import { JOIN_USAGE, readJoinOptions, type JoinOptions } from './join-options.js';
import { NodeFiles } from './node-files.js';
import { startService } from './service-unit.js';

/** How it went: the exit code, or the configuration that is to be run now. */
export type JoinEnd = number | { readonly config: string };

/** Makes this machine a node: `receptor join URL TOKEN`. What is refused leaves no file. */
export async function join(words: readonly string[]): Promise<JoinEnd> {
  try {
    const options = readJoinOptions(words, {
      hostname: hostname(),
      isRoot: process.getuid?.() === 0,
      hasSystemd: existsSync('/run/systemd/system'),
      dataHome: process.env['XDG_DATA_HOME'] ?? joinPath(homedir(), '.local', 'share'),
    });
    if (options === undefined) {
      process.stdout.write(JOIN_USAGE);
      return 0;
    }
    return await joinWith(options);
  } catch (error) {
    process.stderr.write(`Error: ${errorText(error)}\n`);
    return error instanceof JoinFailure ? error.exitCode : 1;
  }
}

async function joinWith(options: JoinOptions): Promise<JoinEnd> {
  const { nodeId, nodeType, dataDir, config } = options;
  const runner = nodeType === 'execution' ? found(options.runner) : '';
  const files = new NodeFiles({ dataDir, config, runner });
  files.check();
  await take(files, options);
  process.stdout.write(
    `${nodeId} has joined as ${nodeType} node; ${config} is its configuration.\n`,
  );
  const words = [process.execPath, resolve(process.argv[1] ?? 'receptor'), '--config', config];
  if (options.isService) {
    startService({ words, dataDir }, files.paths);
    process.stdout.write('The service receptor runs.\n');
    return 0;
  }
  if (options.isStarted) return { config };
  process.stdout.write(`Start it:\n  receptor --config ${config}\n`);
  return 0;
}

/** Sends the request, and writes what is answered. */
async function take(
  files: NodeFiles,
  { url, token, nodeId, nodeType }: JoinOptions,
): Promise<void> {
  let answer: JoinAnswer;
  try {
    answer = await askController(url, token.fingerprint, {
      token: token.secret,
      node_id: nodeId,
      node_type: nodeType,
      csr: requestCertificate(files.key(), nodeId, { nodeId: [nodeId] }),
    });
  } catch (error) {
    if (!(error instanceof JoinFailure && error.mayHaveArrived)) files.forget();
    throw error;
  }
  // the token is used up: where this fails, the key is kept, with which it may be used again
  files.write(answer);
}

/** The whole path of a command. @throws {JoinFailure} */
function found(command: string): string {
  const places = command.includes('/')
    ? [resolve(command)]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => resolve(folder, command));
  const path = places.find(isExecutable);
  if (path !== undefined) return path;
  throw new JoinFailure(
    `there is no ${command} here, which runs jobs: install it, or name one by --runner`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
