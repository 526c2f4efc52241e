import { describe, expect, it } from 'vitest';
import { installedBy, packageDoc, readmeOf } from './readme.mjs';

describe('packageDoc', () => {
  it('takes the text out of the first comment', () => {
    expect(
      packageDoc(
        '/**\n * One.\n *\n * ```ts\n * run();\n * ```\n *\n * @packageDocumentation\n */\nexport {};',
      ),
    ).toBe('One.\n\n```ts\nrun();\n```');
  });
  it('wants the tag', () => {
    expect(packageDoc('/** Something else. */\nexport {};')).toBeUndefined();
  });
});

describe('readmeOf', () => {
  it('begins with the package doc, which says what the description says', () => {
    const manifest = { name: '@receptorjs/x', description: 'An x for y' };
    for (const more of [{}, { private: true }]) {
      const member = { ...manifest, ...more };
      const readme = readmeOf(
        { name: 'x', kind: 'packages', folder: 'packages/x', manifest: member },
        'An x, for y.',
      );
      expect(readme).toMatch(/^# @receptorjs\/x\n\nAn x, for y\.\n/);
      expect(readme).not.toContain(manifest.description);
    }
  });
  it('says how to install a library and an app', () => {
    const manifest = { name: '@receptorjs/x', description: 'An x', engines: { node: '>=20.19' } };
    expect(
      readmeOf({ name: 'x', kind: 'packages', folder: 'packages/x', manifest }, 'Doc.'),
    ).toContain('npm install @receptorjs/x\n');
    expect(readmeOf({ name: 'x', kind: 'apps', folder: 'apps/x', manifest }, 'Doc.')).toContain(
      'npm install --global @receptorjs/x',
    );
  });
});

describe('installedBy', () => {
  it('names the package and what else of ours its examples import', () => {
    const example = [
      "import {\n  explain,\n} from '@receptorjs/x';",
      "import type { B } from '@receptorjs/b/part';",
      "import a from '@receptorjs/a';",
      "import a2 from '@receptorjs/a';",
      "import { readFile } from 'node:fs';",
    ].join('\n');
    expect(installedBy('@receptorjs/x', [example])).toEqual([
      '@receptorjs/x',
      '@receptorjs/a',
      '@receptorjs/b',
    ]);
    expect(installedBy('@receptorjs/x', [])).toEqual(['@receptorjs/x']);
  });
});
