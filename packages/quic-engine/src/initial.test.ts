import { expect, it } from 'vitest';
import { isInitial } from './initial.js';

it.each([
  ['an Initial packet', 'c300000001088394c8f03e515708', true],
  ['a Handshake packet', 'e300000001088394c8f03e515708', false],
  ['a negotiation of versions', 'c3000000000883', false],
  ['a short header', '438394c8f03e5157081234', false],
  ['a cleared fixed bit', '8300000001088394', false],
  ['too little', 'c3000000', false],
  ['nothing', '', false],
])('%s', (_name, hex, begins) => {
  expect(isInitial(Buffer.from(hex, 'hex'))).toBe(begins);
});
