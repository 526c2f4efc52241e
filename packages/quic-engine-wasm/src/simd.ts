import { webAssembly } from './web-assembly.js';

/** A module with one function that uses one instruction for vectors: `i32.const 0; i8x16.splat; drop`. */
const PROBE = Buffer.from(
  '0061736d0100000001040160000003020100' + '0a09010700' + '4100fd0f1a0b',
  'hex',
);

/** Whether this machine runs WebAssembly with vectors; on x86 it needs SSE 4.1. */
export function hasSimd(): boolean {
  return webAssembly.validate(PROBE);
}
