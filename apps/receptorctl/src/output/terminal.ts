import type { JsonValue } from '@receptorjs/control-protocol';
import { indentedJson } from './python-text.js';

/** Prints a line on stdout, or several. */
export function print(text: string): void {
  process.stdout.write(`${harmless(text)}\n`);
}

/** Names of nodes and services are what some node of the mesh says: they must not steer the terminal. */
export function harmless(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Prints a value as JSON on stdout. */
export function printJson(value: JsonValue): void {
  print(indentedJson(value));
}

export function printError(text: string): void {
  process.stderr.write(`ERROR: ${harmless(text)}\n`);
}

export function printWarning(text: string): void {
  process.stderr.write(`Warning: ${harmless(text)}\n`);
}

/** Prints a line on stderr that is neither an error nor a warning. */
export function printNotice(text: string): void {
  process.stderr.write(`${harmless(text)}\n`);
}

const atOnce = (exit: () => void): void => {
  exit();
};

/** Who ends the program when its output can't be written; written by `onOutputFailure` only. */
let endProgram = atOnce;

/**
 * Sets what happens when the output can't be written; by default the program ends at once.
 *
 * @returns restores the default
 */
export function onOutputFailure(handler: (exit: () => void) => void): () => void {
  endProgram = handler;
  return () => {
    endProgram = atOnce;
  };
}

/** The output can't be written: to be called by the listener of its errors, with what ends the program. */
export function outputFailed(exit: () => void): void {
  endProgram(exit);
}
