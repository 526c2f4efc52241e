import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { whyNotExecutable } from './executable.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'programs-'));
  const script = (name: string, text: string, mode = 0o755): void => {
    writeFileSync(join(folder, name), text, { mode });
  };
  script('good', '#! /bin/sh -e\nexit 0\n');
  script('by-env', '#!/usr/bin/env no-such-program\n');
  script('plain', 'exit 0\n');
  script('not-executable', '#!/bin/sh\n', 0o644);
  script('lost', '#!/nonexistent/python3 -I\n');
  script('barred', `#!${join(folder, 'not-executable')}\n`);
  mkdirSync(join(folder, 'folder'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['good', undefined, ''],
  // what env finds is not looked for
  ['by-env', undefined, ''],
  ['plain', undefined, ''],
  ['missing', 'command-not-found', 'no such file or directory'],
  ['good/inside', 'command-not-found', 'not a directory'],
  ['not-executable', 'permission-denied', 'permission denied'],
  ['folder', 'permission-denied', 'permission denied'],
  ['lost', 'command-not-found', 'no such file or directory (its interpreter /nonexistent/python3)'],
  ['barred', 'permission-denied', 'permission denied (its interpreter FOLDER/not-executable)'],
])('%s: %s', (name, code, why) => {
  const path = join(folder, name);
  const text = `fork/exec ${path}: ${why.replace('FOLDER', folder)}`;
  expect(whyNotExecutable(path)).toEqual(code && { code, text });
});

it('looks in PATH for a name without a slash', () => {
  expect(whyNotExecutable('good', `/nonexistent:${folder}`)).toBeUndefined();
  expect(whyNotExecutable('lost', folder)?.text).toBe(
    `fork/exec ${join(folder, 'lost')}: no such file or directory (its interpreter /nonexistent/python3)`,
  );
  for (const name of ['not-executable', 'folder', '']) {
    expect(whyNotExecutable(name, folder)).toEqual({
      code: 'command-not-found',
      text: `exec: ${JSON.stringify(name)}: executable file not found in $PATH`,
    });
  }
});
