import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run, RunArtifacts } from '@receptorjs/runner-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cases } from './cases.mjs';
import { compareCases } from './compare-cases.mjs';
import { environment } from './environments.mjs';
import { report } from './report.mjs';

/** A few that use most of what differs between versions of Ansible. */
const chosen = cases.filter(({ name }) =>
  ['loops', 'handlers', 'ignored', 'ad-hoc-verbose'].includes(name),
);

/** @type {string} */
let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parity-versions-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Facts that a play caches, as it says them, and as they are read. */
const facts = { colour: 'red', number: 5, share: 1.5, list: ['a', { b: 'c' }], day: '2024-01-02' };

describe.for(['2.14', 'newest'])('ansible-core %s, if it can be installed here', (version) => {
  /** @param {() => void} skip @returns {Promise<string>} */
  const found = async (skip) => {
    try {
      return await environment(version);
    } catch (error) {
      console.warn(`skipped: ${error instanceof Error ? error.message : String(error)}`);
      skip();
      throw error;
    }
  };

  it(
    'leaves facts that can be read, and reads those that were written',
    { timeout: 300_000 },
    async ({ skip }) => {
      const venv = await found(skip);
      const inventory = { all: { hosts: { h1: { ansible_connection: 'local' }, h2: null } } };
      const play = (/** @type {object} */ task) => ({
        hosts: 'h1',
        gather_facts: false,
        tasks: [task],
      });
      const common = {
        privateDataDir: root,
        inventory,
        factCache: join(root, 'facts'),
        envvars: { PATH: [join(venv, 'bin'), process.env.PATH].join(delimiter) },
      };
      const first = await run({
        ...common,
        playbook: play({ set_fact: { ...facts, cacheable: true } }),
      });
      expect([first.status, await first.factCache('h1'), await first.factCache('h2')]).toEqual([
        'successful',
        facts,
        {},
      ]);
      await first.setFactCache('h1', { colour: 'blue' });
      // It is not known what will read the first facts there are.
      const other = new RunArtifacts(root, { factCache: join(root, 'other') });
      await other.setFactCache('h1', { colour: 'blue' });
      for (const factCache of [common.factCache, join(root, 'other')]) {
        const check = { assert: { that: ["ansible_facts.colour == 'blue'"] } };
        const second = await run({ ...common, factCache, playbook: play(check) });
        expect([factCache, await second.stdout()]).toEqual([
          factCache,
          expect.stringMatching(/All assertions passed/),
        ]);
      }
    },
  );

  it('is recorded as by the original', { timeout: 300_000 }, async ({ skip }) => {
    const venv = await found(skip);
    const outcome = await compareCases(chosen, venv, { all: false });
    console.log(report(outcome));
    expect(outcome.differing).toBe(0);
  });
});
