import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Linter } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import { afterAll, expect, it } from 'vitest';
import { conditionalSpread } from './conditional-spread.mjs';

const folder = mkdtempSync(join(tmpdir(), 'conditional-spread-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The names of the spreads that the rule refuses in a text. */
function refused(/** @type {string} */ text) {
  const file = join(folder, 'text.ts');
  const whole = `
    interface Options { loose?: string | undefined; strict?: string; many?: number | undefined }
    declare const value: string | undefined;
    declare const others: Options;
    declare const disjoint: { else: number };
    declare function take(options?: Options, inner?: { options?: Options | undefined }): void;
    ${text}`;
  writeFileSync(file, whole);
  const options = { exactOptionalPropertyTypes: true, strict: true, noEmit: true, types: [] };
  const program = ts.createProgram([file], options);
  return new Linter({ cwd: folder })
    .verify(
      whole,
      {
        files: ['**/*.ts'],
        languageOptions: { parser: tseslint.parser, parserOptions: { programs: [program] } },
        plugins: {
          receptorjs: { rules: { 'conditional-spread': /** @type {any} */ (conditionalSpread) } },
        },
        rules: { 'receptorjs/conditional-spread': 'error' },
      },
      file,
    )
    .map(({ message }) => message.split("'")[1] ?? message);
}

it('refuses a spread where the property may be undefined', () => {
  const text = `export const a: Options = { ...(value === undefined ? {} : { loose: value }) };
    export function b(): Options { return { ...(value ? { 'loose': value } : {}), ...(value && { loose: value }) }; }`;
  expect(refused(text)).toEqual(['loose', 'loose', 'loose']);
});

it.each([
  'take({ ...(value === undefined ? {} : { loose: value }) });',
  'take(undefined, { options: { ...(value === undefined ? {} : { loose: value }) } });',
  'export async function b(): Promise<Options> { return { ...(value ? { loose: value } : {}) }; }',
  'export const c: Options & { else: number } = { ...disjoint, ...(value ? { loose: value } : {}) };',
])('refuses it wherever the type says so: %s', (text) => {
  expect(refused(text)).toEqual(['loose']);
});

it.each([
  'export const a: Options = { ...(value === undefined ? {} : { strict: value }) };',
  // an undefined of ours would hide the value of the others
  'export const a: Options = { ...others, ...(value === undefined ? {} : { loose: value }) };',
  'export const a: Options = { ...(value === undefined ? {} : { loose: value, many: 1 }) };',
  'export const a = { ...(value === undefined ? {} : { loose: value }) };',
])('leaves alone %s', (text) => {
  expect(refused(text)).toEqual([]);
});
