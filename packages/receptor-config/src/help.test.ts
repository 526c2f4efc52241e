import { expect, it } from 'vitest';
import { actions } from './actions.js';
import { helpText } from './help.js';

it('names every action with its fields and defaults', () => {
  const help = helpText();
  for (const [name, spec] of Object.entries(actions)) {
    expect(help).toContain(`--${name}:`);
    for (const key of Object.keys(spec.fields)) expect(help).toContain(`${key}=<`);
  }
  expect(help).toContain('default 0600');
});
