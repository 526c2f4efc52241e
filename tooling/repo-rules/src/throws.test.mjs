import { expect, it } from 'vitest';
import { bareThrows } from './throws.mjs';

it('finds what is thrown without braces, or as a link', () => {
  const source = `
    /** @throws WorkError \`rejected\` */
    /** @throws {WorkError} \`rejected\` */
    /** @throws {@link WorkError} */
    /** @throws what the system says */`;
  expect(bareThrows(source)).toEqual(['@throws WorkError', '@throws {@link WorkError}']);
});
