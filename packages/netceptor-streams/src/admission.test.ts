import { expect, it } from 'vitest';
import { Admission } from './admission.js';

it('admits so many of a node and so many of all, and counts what is over once', () => {
  const admission = new Admission();
  const ends: (() => void)[] = [];
  let taken = 0;
  while (admission.admits('hostile')) {
    ends.push(admission.begin('hostile'));
    taken += 1;
  }
  expect(taken).toBe(256);
  expect(admission.admits('other')).toBe(true);
  ends[0]?.();
  ends[0]?.();
  expect(admission.admits('hostile')).toBe(true);
  ends.push(admission.begin('hostile'));
  expect(admission.admits('hostile')).toBe(false);
  for (let node = 0; admission.admits(`node ${node}`); node++) {
    while (admission.admits(`node ${node}`)) {
      ends.push(admission.begin(`node ${node}`));
      taken += 1;
    }
  }
  expect(taken).toBe(2_048);
  for (const end of ends) end();
  expect(admission.admits('hostile')).toBe(true);
});
