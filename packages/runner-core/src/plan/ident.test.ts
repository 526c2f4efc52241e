import { expect, it } from 'vitest';
import { runIdent } from './ident.js';

it.each(['../../x', 'a/b', '..', '.', '', 'a\0b', 'a\nb', 'x'.repeat(256)])(
  'runner 15: the ident %j is refused, because it would leave the artifact folder or is no file name',
  (ident) => {
    expect(() => runIdent(ident)).toThrow(expect.objectContaining({ code: 'configuration' }));
  },
);

it('takes any other ident as it is, and makes a UUID when there is none', () => {
  expect(runIdent('job 42_ä')).toBe('job 42_ä');
  expect(runIdent()).toMatch(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/);
});
