import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cases } from './cases.mjs';
import { compareCases } from './compare-cases.mjs';
import { report, summaryLine } from './report.mjs';

const venv = process.env.RECEPTORJS_VENV ?? join(import.meta.dirname, '..', '..', '..', '.venv');
const missing = existsSync(join(venv, 'bin', 'ansible-runner'))
  ? undefined
  : `no ansible-runner in ${venv}; set RECEPTORJS_VENV or run the set-up`;
if (missing !== undefined) console.warn(`skipped: ${missing}`);

describe.skipIf(missing !== undefined)(
  'beside the Python runner (skipped without a virtual environment)',
  () => {
    it('every case is recorded as the Python runner records it', { timeout: 900_000 }, async () => {
      const outcome = await compareCases(cases, venv, {
        all: true,
        onCase: (one) => console.log(summaryLine(one)),
      });
      console.log(report(outcome));
      expect(outcome).toMatchObject({ differing: 0, unused: [] });
      expect(outcome.cases.length).toBeGreaterThanOrEqual(25);
    });
  },
);
