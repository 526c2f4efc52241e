import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PodJob } from './pod-job.mjs';

it('knows what its pod writes, and how often it ran', () => {
  const effects = mkdtempSync(join(tmpdir(), 'effects-'));
  try {
    const plan = {
      lines: 3,
      bursts: 1,
      stdinBytes: 100,
      fate: /** @type {const} */ ('keep'),
      waitMs: 0,
    };
    const job = new PodJob('j1a0', plan, effects);
    const [worker] = job.pod.spec.containers;
    const { command = [] } = /** @type {{ command?: string[] }} */ (worker);
    const [program = '', ...args] = command.map((word) => word.replaceAll('/effects', effects));
    expect(job.runs()).toBe(0);
    for (const run of [1, 2]) {
      expect(execFileSync(program, args, { input: job.stdin })).toEqual(job.stdout);
      expect(job.runs()).toBe(run);
    }
  } finally {
    rmSync(effects, { recursive: true });
  }
});
