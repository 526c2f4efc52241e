import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkCycles, cyclesAmong, relativeImports } from './cycles.mjs';

describe('cyclesAmong', () => {
  it('finds each loop once, and none where files only meet', () => {
    const imports = new Map([
      ['a', ['b', 'd']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', ['e']],
      ['e', []],
      ['f', ['f', 'a']],
    ]);
    expect(cyclesAmong(imports)).toEqual(['a <-> b <-> c', 'f']);
  });
  it('joins loops that share a file', () => {
    const imports = new Map([
      ['a', ['b']],
      ['b', ['a', 'c']],
      ['c', ['b']],
    ]);
    expect(cyclesAmong(imports)).toEqual(['a <-> b <-> c']);
  });
});

it('relativeImports follows types and folders, and leaves other packages out', () => {
  const sources = new Map([
    ['src/a.ts', "import type { B } from './in/b.js';\nimport x from 'node:fs';\n"],
    ['src/in/b.ts', "export { a } from '../a.js';\n// import './c.js'\n"],
    ['src/in/c.ts', ''],
  ]);
  expect(Object.fromEntries(relativeImports(sources))).toEqual({
    'src/a.ts': ['src/in/b.ts'],
    'src/in/b.ts': ['src/a.ts'],
    'src/in/c.ts': [],
  });
});

describe('checkCycles', () => {
  /** @type {string} */
  let folder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'repo-cycles-'));
    for (const [path, text] of Object.entries({
      'packages/one/package.json': '{}',
      'packages/one/src/a.ts': "import type { B } from './b.js';\n",
      'packages/one/src/b.ts': "import { a } from './a.js';\n",
    })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const loop = 'packages/one/src/a.ts <-> packages/one/src/b.ts';

  it('names each loop', () => {
    expect(checkCycles(folder)).toEqual([expect.stringContaining(`each other: ${loop};`)]);
    writeFileSync(join(folder, 'packages/one/src/a.ts'), '');
    expect(checkCycles(folder)).toEqual([]);
  });
  it('looks at tools, too', () => {
    mkdirSync(join(folder, 'tooling/two/src'), { recursive: true });
    writeFileSync(join(folder, 'tooling/two/src/self.mjs'), "import './self.mjs';\n");
    expect(checkCycles(folder)).toContainEqual(expect.stringContaining('tooling/two/src/self.mjs'));
  });
});
