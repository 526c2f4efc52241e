import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryMb } from './daemon.mjs';

/** Milliseconds a command may take before it counts as hanging, and how often its memory is looked at. */
const PATIENCE_MS = { full: 300_000, short: 20_000 };
const LOOK_MS = 50;
/** Bytes of what a command prints that are kept. */
const KEPT_OUTPUT = 100_000;

/**
 * @typedef {object} CommandEnd how a command ended
 * @property {number | NodeJS.Signals | 'hung'} end
 * @property {string} output the beginning of stdout and stderr
 * @property {number} outputBytes
 * @property {number} peakMb
 * @property {number} ms
 */

/**
 * Runs a command to its end and watches its memory.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env: NodeJS.ProcessEnv, stdin?: string | undefined, patienceMs: number }} options stdin is a file
 * @returns {Promise<CommandEnd>}
 */
export async function runCommand(command, args, { env, stdin, patienceMs }) {
  const started = performance.now();
  const input = stdin === undefined ? 'ignore' : openSync(stdin, 'r');
  const child = spawn(command, args, { env, stdio: [input, 'pipe', 'pipe'] });
  if (typeof input === 'number') closeSync(input);
  let output = '';
  let outputBytes = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (/** @type {Buffer} */ chunk) => {
      outputBytes += chunk.length;
      if (output.length < KEPT_OUTPUT) output += String(chunk);
    });
  }
  let peakMb = 0;
  let hung = false;
  const look = setInterval(() => {
    peakMb = Math.max(peakMb, memoryMb(child.pid ?? 0, 'VmHWM'));
  }, LOOK_MS);
  const patience = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, patienceMs);
  const [code, signal] = await once(child, 'close');
  clearInterval(look);
  clearTimeout(patience);
  const end = hung ? 'hung' : (code ?? signal);
  return { end, output, outputBytes, peakMb, ms: performance.now() - started };
}

/** What must not be seen of a command: it died in its engine, or printed an errno in place of what is wrong. */
export function verifyEnd(/** @type {CommandEnd} */ { end, output }) {
  const problems = [];
  if (end === 'hung') problems.push('did not end');
  // 134 and 133: the engine gave up
  else if (typeof end !== 'number' || end > 128) problems.push(`died: ${end}`);
  const raw =
    /\b(?:FATAL ERROR|Maximum call stack|E(?:ISDIR|LOOP|NOTDIR|FBIG|INVAL)\b|at \S+ \(\S+:\d+).*/.exec(
      output,
    );
  if (raw) problems.push(`printed: ${raw[0].slice(0, 80)}`);
  return problems;
}

/** The final status that artifacts hold. @param {string} artifacts */
export function finalStatus(artifacts) {
  try {
    return readFileSync(join(artifacts, 'status'), 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * An attack on `ansible-runner process`, by what a worker sends.
 *
 * @param {object} attack
 * @param {string} attack.title
 * @param {(short: boolean) => AsyncIterable<string> | Iterable<string>} attack.stream what the worker sends
 * @param {number} [attack.peakMb] memory it may take
 * @param {number} [attack.ms] how long it may take
 * @param {(status: string | undefined) => string[]} [attack.verify] the final status in the artifacts
 * @returns {import('./on-mesh.mjs').Attack}
 */
export function onProcess({ title, stream, peakMb = 350, ms = 15_000, verify = () => [] }) {
  return {
    title,
    run: async ({ commands, folder, short }) => {
      const stdin = join(folder, 'stream');
      writeFileSync(stdin, '');
      for await (const piece of stream(short)) writeFileSync(stdin, piece, { flag: 'a' });
      const data = join(folder, 'data');
      mkdirSync(data);
      const end = await runCommand(commands.runner, ['process', data, '--ident', 'i'], {
        env: commands.env,
        stdin,
        patienceMs: PATIENCE_MS[short ? 'short' : 'full'],
      });
      const status = finalStatus(join(data, 'artifacts', 'i'));
      const problems = [...verifyEnd(end), ...verify(status)];
      if (status === undefined) problems.push('left no final status');
      if (end.peakMb > peakMb) problems.push(`peakMb ${end.peakMb} of at most ${peakMb}`);
      if (end.ms > ms) problems.push(`took ${Math.round(end.ms)} ms of at most ${ms}`);
      return {
        peakMb: end.peakMb,
        stallMs: end.ms,
        job: `${status ?? 'none'}, ${end.end}`,
        logKb: end.outputBytes / 1024,
        problems,
      };
    },
  };
}
