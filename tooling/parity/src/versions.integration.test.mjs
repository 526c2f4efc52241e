import { describe, expect, it } from 'vitest';
import { cases } from './cases.mjs';
import { compareCases } from './compare-cases.mjs';
import { environment } from './environments.mjs';
import { report } from './report.mjs';

/** A few that use most of what differs between versions of Ansible. */
const chosen = cases.filter(({ name }) =>
  ['loops', 'handlers', 'ignored', 'ad-hoc-verbose'].includes(name),
);

describe('other versions of Ansible', () => {
  it.for(['2.14', 'newest'])(
    'ansible-core %s, if it can be installed here',
    { timeout: 300_000 },
    async (version, { skip }) => {
      let venv;
      try {
        venv = await environment(version);
      } catch (error) {
        console.warn(`skipped: ${error instanceof Error ? error.message : String(error)}`);
        skip();
        return;
      }
      const outcome = await compareCases(chosen, venv, { all: false });
      console.log(report(outcome));
      expect(outcome.differing).toBe(0);
    },
  );
});
