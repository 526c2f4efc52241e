import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { bin, env, until } from './mesh.js';

const START_MS = 240_000;

/** An answer of the controller. */
export interface Answer {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- it is looked at by the test alone
  readonly body: any;
}

/** A controller as people run it, with its own node and its database in a folder. */
export class ControllerApp {
  readonly #child: ChildProcess;
  readonly #login: string;
  /** What it has written. */
  output = '';
  url = '';

  private constructor(child: ChildProcess, password: string) {
    this.#child = child;
    this.#login = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  /** Starts it; resolves once it answers. */
  static async start(folder: string, options: readonly string[] = []): Promise<ControllerApp> {
    const password = randomBytes(12).toString('hex');
    const child = spawn(bin('controller'), ['--data-dir', folder, '--port', '0', ...options], {
      env: { ...env, CONTROLLER_ADMIN_PASSWORD: password, DATABASE_URL: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const app = new ControllerApp(child, password);
    await until(
      'the controller to answer',
      () => {
        if (child.exitCode !== null) throw new Error(`the controller ended: ${app.output}`);
        app.url = /answers at (http:\S+)\/api\/v2\//.exec(app.output)?.[1] ?? '';
        return Promise.resolve(app.url === '' ? undefined : true);
      },
      START_MS,
    );
    return app;
  }

  /** @param path below `/api/v2/` */
  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.url}/api/v2/${path}`, {
      method,
      headers: {
        authorization: this.#login,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  }

  /** Makes something; resolves with its id. */
  async make(path: string, values: unknown): Promise<number> {
    const { status, body } = await this.request('POST', path, values);
    if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return (body as { readonly id: number }).id;
  }

  /** The id of what has a name. */
  async idOf(path: string, name: string): Promise<number> {
    const { body } = await this.request('GET', `${path}?name=${encodeURIComponent(name)}`);
    return (body as { readonly results: readonly { readonly id: number }[] }).results[0]?.id ?? 0;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
