import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, normalize } from 'node:path';
import { env, root, until } from './mesh.js';

/** The password of admin. */
export const PASSWORD = 'of the tests alone';

/** What the tests look at in answers. */
export type Answer = Record<string, unknown> & {
  readonly id: number;
  readonly status: string;
  readonly results: readonly Answer[];
};

/** The controller as its users have it: a process with a node of its own, spoken to by its interface. */
export class ControllerApp {
  #url = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly output: () => string,
  ) {}

  static async start(
    folder: string,
    node: string,
    environment: Readonly<Record<string, string>> = {},
    options: readonly string[] = [],
  ): Promise<ControllerApp> {
    const child = spawn(
      join(root, 'bin', 'controller'),
      ['--data-dir', folder, '--port', '0', '--node', node, ...options],
      {
        env: {
          ...env,
          CONTROLLER_ADMIN_PASSWORD: PASSWORD,
          CONTROLLER_SCM_HOSTS: '127.0.0.1',
          DATABASE_URL: '',
          ...environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const app = new ControllerApp(child, () => output);
    try {
      app.#url = await until(
        `controller ${node}`,
        () => {
          if (child.exitCode !== null) throw new Error('it ended');
          return /answers at (http:\S+)\/api\/v2\//.exec(output)?.[1];
        },
        240_000,
      );
    } catch (cause) {
      await app.stop();
      throw new Error(`the controller did not start: ${output}`, { cause });
    }
    return app;
  }

  /** Where its pages are; the interface is below. */
  get url(): string {
    return this.#url;
  }

  /** What it has said. */
  get said(): string {
    return this.output();
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Answer }> {
    const response = await fetch(`${this.#url}/api/v2/${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, body: (isJson ? JSON.parse(text) : { text }) as Answer };
  }

  /** Sends something that must do. */
  async ok(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.send(method, path, body);
    if (answer.status >= 400) {
      const what = `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`;
      throw new Error(what);
    }
    return answer.body;
  }

  /** Makes something. @returns its id */
  async make(path: string, values: unknown): Promise<number> {
    return (await this.ok('POST', path, values)).id;
  }

  /** The id of what has a name. */
  async idOf(path: string, name: string): Promise<number> {
    const { results } = await this.ok('GET', `${path}?name=${encodeURIComponent(name)}`);
    const [found] = results;
    if (found === undefined) throw new Error(`${path}: there is no ${name}`);
    return found.id;
  }

  /** Something that runs, once it has ended. */
  ended(path: string, id: number): Promise<Answer> {
    return until(
      `${path} ${id}`,
      async () => {
        const job = await this.ok('GET', `${path}/${id}/`);
        return ['successful', 'failed', 'error', 'canceled'].includes(job.status) ? job : undefined;
      },
      300_000,
    );
  }

  /** What it has printed. */
  async stdout(path: string, id: number): Promise<string> {
    const answer = await this.ok('GET', `${path}/${id}/stdout/?format=txt`);
    return String(answer['text']);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}

/** Repositories and archives over HTTP, on this machine; what is below `private/` is for `user` with the password `sesame`. */
export class SourceServer {
  readonly requests: string[] = [];

  private constructor(
    private readonly folder: string,
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(folder: string): Promise<SourceServer> {
    mkdirSync(folder, { recursive: true });
    const requests: string[] = [];
    const server = createServer(({ url = '', headers }, response) => {
      const path = normalize(decodeURIComponent(url.split('?')[0] ?? ''));
      requests.push(path);
      const given = Buffer.from(headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
      if (path.startsWith('/private/') && given !== 'user:sesame') {
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
        return;
      }
      const file = join(folder, path);
      const found = statSync(file, { throwIfNoEntry: false });
      if (found?.isFile() === true) createReadStream(file).pipe(response.writeHead(200));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const made = new SourceServer(folder, server, (server.address() as AddressInfo).port);
    made.requests.push(...requests);
    return made;
  }

  /** Commits files to a repository, which is made where it is missing. @returns the commit */
  commit(name: string, files: Readonly<Record<string, string>>, branch = 'main'): string {
    const work = join(this.folder, '..', `work-of-${name.replaceAll('/', '-')}`);
    mkdirSync(work, { recursive: true });
    const bare = join(this.folder, `${name}.git`);
    mkdirSync(bare, { recursive: true });
    const git = (...words: string[]): string => {
      const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com'];
      const { status, stdout, stderr } = spawnSync('git', ['-C', work, ...identity, ...words], {
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`);
      return stdout.trim();
    };
    if (statSync(join(work, '.git'), { throwIfNoEntry: false }) === undefined) {
      git('init', '--quiet', '-b', 'main');
      spawnSync('git', ['init', '--quiet', '--bare', '-b', 'main', bare]);
    }
    git('checkout', '--quiet', '-B', branch);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
    }
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '-m', 'a commit');
    git('push', '--quiet', bare, branch);
    spawnSync('git', ['-C', bare, 'update-server-info']);
    return git('rev-parse', 'HEAD');
  }

  /** Makes an archive of files. */
  archive(name: string, files: Readonly<Record<string, string>>): void {
    const work = join(this.folder, '..', `archive-of-${name}`);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), text);
    }
    const { status, stderr } = spawnSync(
      'tar',
      ['-czf', join(this.folder, name), '-C', work, '.'],
      {
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`tar: ${stderr}`);
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}
