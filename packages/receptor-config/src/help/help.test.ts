import { expect, it } from 'vitest';
import { actions } from '../actions.js';
import { helpText, manualPage } from './help.js';

it('names every action with its fields and defaults', () => {
  const help = helpText();
  for (const [name, spec] of Object.entries(actions)) {
    expect(help).toContain(`--${name}:`);
    for (const key of Object.keys(spec.fields)) expect(help).toContain(`${key}=<`);
  }
  expect(help).toContain('default 0600');
});

it('has the same in the manual page', () => {
  const page = manualPage('1.2.3');
  expect(page.split('\n')[0]).toBe('.TH RECEPTOR 1 "" "receptor 1.2.3"');
  for (const name of Object.keys(actions)) {
    expect(page).toContain(`.SS \\-\\-${name.replaceAll('-', '\\-')}`);
  }
  expect(page).toContain('\\fBdatadir=\\fR');
});
