import { errorText } from '@receptorjs/primitives';
import { spawn, type ChildProcess } from 'node:child_process';
import { KubernetesError } from '../errors.js';

/** Milliseconds until a program has ended, and bytes of what it may say. */
const PROGRAM_MS = 60_000;
const MAX_BYTES = 1024 * 1024;

/** A program of this machine that logs in: `exec` of a kubeconfig. */
export interface LoginProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Besides the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Version of `ExecCredential` that it is asked for. */
  readonly apiVersion: string;
}

/** What a program has given. */
export interface ProgramCredential {
  readonly token?: string | undefined;
  /** PEM. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** When it is of no use any more, in milliseconds since 1970; for ever when it does not say. */
  readonly until: number;
}

/**
 * Runs a program that logs in. It has no stdin, and what it says is never shown: it may be secret.
 *
 * @param timeoutMs until it is killed, with all that it has started
 * @throws {KubernetesError} `bad-config`
 */
export async function runLoginProgram(
  program: LoginProgram,
  timeoutMs = PROGRAM_MS,
): Promise<ProgramCredential> {
  const said = await outputOf(program, timeoutMs);
  let value: unknown;
  try {
    value = JSON.parse(said);
  } catch {
    throw failed(program, 'its output is no JSON; allowed is an ExecCredential');
  }
  const status = member(value, 'status');
  const token = textIn(status, 'token');
  const cert = textIn(status, 'clientCertificateData');
  const key = textIn(status, 'clientKeyData');
  if (token === undefined && (cert === undefined || key === undefined)) {
    throw failed(
      program,
      'its output has neither status.token nor status.clientCertificateData with status.clientKeyData',
    );
  }
  const until = Date.parse(textIn(status, 'expirationTimestamp') ?? '');
  return { token, cert, key, until: Number.isNaN(until) ? Number.POSITIVE_INFINITY : until };
}

function outputOf(program: LoginProgram, timeoutMs: number): Promise<string> {
  const { command, args, env, apiVersion } = program;
  return new Promise((resolve, reject) => {
    const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
    let child: ChildProcess;
    try {
      child = spawn(command, args, {
        env: { ...process.env, KUBERNETES_EXEC_INFO: JSON.stringify(info), ...env },
        stdio: ['ignore', 'pipe', 'ignore'],
        // of a group of its own, which is killed as a whole
        detached: true,
      });
    } catch {
      // what is said then shows arguments and variables
      reject(failed(program, 'its command, arguments and variables can not be of any program'));
      return;
    }
    const pieces: Buffer[] = [];
    let length = 0;
    let isOver = false;
    const end = (why: string): void => {
      clearTimeout(timer);
      if (child.pid !== undefined && !isOver) killGroup(child.pid);
      isOver = true;
      child.stdout?.destroy();
      reject(failed(program, why));
    };
    const timer = setTimeout(() => {
      end(`it has not ended in ${timeoutMs / 1_000} s, and was killed`);
    }, timeoutMs);
    child.on('error', (error) => {
      end(errorText(error));
    });
    // without any where there are no files left to open: that is an error, which is told above
    child.stdout?.on('data', (piece: Buffer) => {
      length += piece.length;
      if (length > MAX_BYTES) end(`its output has more than ${MAX_BYTES} bytes`);
      else pieces.push(piece);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      isOver = true;
      if (code === 0) resolve(Buffer.concat(pieces).toString());
      else {
        const how =
          code === null ? `was ended by ${signal ?? 'a signal'}` : `has ended with status ${code}`;
        reject(failed(program, `it ${how}; run it by hand to see what it says`));
      }
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

const failed = ({ command }: LoginProgram, why: string): KubernetesError =>
  new KubernetesError(
    'bad-config',
    `the program ${command} of the kubeconfig does not log in: ${why}`,
  );

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

function textIn(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}
