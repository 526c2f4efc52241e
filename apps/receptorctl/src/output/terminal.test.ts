import { expect, it } from 'vitest';
import { harmless } from './terminal.js';

it('shows control characters that a node of the mesh has put into its names', () => {
  expect(harmless('near\u001b]0;x\u0007\r\u009b2J\tfar ü\n')).toBe(
    'near\\u001b]0;x\\u0007\\u000d\\u009b2J\tfar ü\n',
  );
});
