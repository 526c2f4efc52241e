import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { publishedEntries, readApi } from './api.mjs';

const name = '@receptorjs/sample';
/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'api-pages-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, type: 'module' }));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Reads a package of one source file. */
function read(/** @type {string} */ source) {
  const path = join(folder, 'index.ts');
  writeFileSync(path, `/**\n * A sample.\n *\n * @packageDocumentation\n */\n${source}`);
  return readApi([{ name, path }], [name]);
}

it('finds nothing wrong with what is documented, and makes its pages', async () => {
  const { findings, write } = await read(`
    /** What is greeted. */
    export interface Guest { name: string }
    /** Greets a {@link Guest}. */
    export function greet(guest: Guest): string { return guest.name; }
  `);
  expect(findings).toEqual([]);
  await write(join(folder, 'pages'));
  expect(readFileSync(join(folder, 'pages/functions/greet.html'), 'utf8')).toContain('Greets a');
});

it('finds exported names, methods and accessors without a doc comment', async () => {
  const { findings } = await read(`
    export const one = 1;
    /** Has a property, which needs none. */
    export class Two {
      property = 2;
      method(): void {}
      get accessor(): number { return 2; }
    }
  `);
  expect(findings.map((text) => /^\S+/.exec(text)?.[0])).toEqual([
    'one',
    'Two.method',
    'Two.accessor',
  ]);
});

it('finds links that lead nowhere, and those to what is not exported', async () => {
  const { findings } = await read(`
    const hidden = 1;
    /** See {@link nowhere}, {@link hidden}. */
    export const one: number = hidden;
  `);
  expect(findings).toEqual([
    expect.stringMatching(/link to "nowhere" in comment for one/),
    expect.stringMatching(/one links to "hidden" which .* is not included/),
  ]);
});

it('finds names in exported signatures that are not exported', async () => {
  const { findings } = await read(`
    interface Hidden { name: string }
    /** Takes it. */
    export function take(_: Hidden): void {}
  `);
  expect(findings).toEqual([expect.stringMatching(/^Hidden, .* is referenced by take\S* but/)]);
});

it('knows every entry of the published packages', () => {
  const names = publishedEntries().map((entry) => entry.name);
  expect(names).toContain('@receptorjs/netceptor');
  expect(names).toContain('@receptorjs/runner-events/testing');
  expect(new Set(names).size).toBe(names.length);
});
