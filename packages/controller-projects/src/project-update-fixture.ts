import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const venv =
  process.env['RECEPTORJS_VENV'] ?? fileURLToPath(new URL('../../../.venv', import.meta.url));
const python = join(venv, 'bin', 'python3');
const content = fileURLToPath(new URL('../project-update', import.meta.url));

/** Why tests with the modules of updates can't run here, or `undefined` when they can. */
export const ansibleMissing = existsSync(join(venv, 'bin', 'ansible-playbook'))
  ? undefined
  : `no ansible-playbook in ${venv}; set RECEPTORJS_VENV or run the set-up`;
if (ansibleMissing !== undefined) console.warn(`skipped: ${ansibleMissing}`);

const begin = `
import json, sys
import ansible.module_utils
sys.dont_write_bytecode = True
ansible.module_utils.__path__.append(${JSON.stringify(join(content, 'module_utils'))})
sys.path.insert(0, ${JSON.stringify(join(content, 'library'))})
`;

/** Runs Python that has the modules of updates; it has `given`, and what it leaves as `result` is returned. */
export async function inPython(code: string, given: unknown): Promise<unknown> {
  const text = await pythonOutput(
    `${begin}given = json.load(sys.stdin)\n${code}\nprint(json.dumps(result))`,
    JSON.stringify(given),
  );
  return JSON.parse(text);
}

/** Runs a module as Ansible does. @returns what it answers, also where it has failed */
export async function runModule(name: string, parameters: object): Promise<ModuleAnswer> {
  const code = `${begin}import runpy\nsys.argv = ['x']\nrunpy.run_module('${name}', run_name='__main__')`;
  const text = await pythonOutput(code, JSON.stringify({ ANSIBLE_MODULE_ARGS: parameters }));
  return JSON.parse(text) as ModuleAnswer;
}

/** What a module answers. */
export interface ModuleAnswer {
  readonly changed?: boolean;
  readonly failed?: boolean;
  readonly msg?: string;
  readonly revision?: string;
  readonly tree?: string;
}

async function pythonOutput(code: string, input: string): Promise<string> {
  const child = spawn(python, ['-c', code], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk as string;
  return text;
}

/** Serves a folder on this machine, behind a name and a password where it has some. It owns its server. */
export class FolderServer {
  /** What came with requests to tell who asks; empty for nothing. */
  readonly authorizations: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(folder: string, secret?: string): Promise<FolderServer> {
    const server = createServer((request, response) => {
      const { authorization = '' } = request.headers;
      started.authorizations.push(authorization);
      const wanted = secret && `Basic ${Buffer.from(secret).toString('base64')}`;
      if (wanted !== undefined && authorization !== wanted) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
        return;
      }
      const [path = ''] = (request.url ?? '').split('?');
      readFile(join(folder, normalize(path))).then(
        (bytes) => response.end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const started = new FolderServer(server, (server.address() as AddressInfo).port);
    return started;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}/${path}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Runs git in a folder. */
export async function git(folder: string, ...words: string[]): Promise<string> {
  const who = [
    '-c',
    'user.name=x',
    '-c',
    'user.email=x@example.com',
    '-c',
    'init.defaultBranch=main',
  ];
  const { stdout } = await promisify(execFile)('git', ['-C', folder, ...who, ...words]);
  return stdout.trim();
}
