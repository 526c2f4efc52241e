import { describe, expect, it } from 'vitest';
import { anchorsOf, brokenLinks, missingFromIndex, missingPages } from './links.mjs';

const pages = new Map([
  [
    'docs/a.md',
    '# A page\n\n[b](b.md#the-rest-of-it) [self](#a-page) [up](../x.svg) [web](https://example.org/)\n\n```sh\n[no](link.md)\n```\n',
  ],
  ['docs/b.md', '# B\n\n## The `rest`, of it\n\n[gone](c.md) [wrong](a.md#nowhere)\n'],
  ['x.svg', ''],
]);

it('makes the anchors of headings', () => {
  expect(anchorsOf('# One\n\n## Without /proc\n\n```\n# no heading\n```\n')).toEqual([
    'one',
    'without-proc',
  ]);
});

describe('brokenLinks', () => {
  it('takes files, headings and the web', () => {
    expect(brokenLinks('docs/a.md', (path) => pages.get(path))).toEqual([]);
  });
  it('names what is not there', () => {
    expect(brokenLinks('docs/b.md', (path) => pages.get(path))).toEqual([
      "docs/b.md: leads to 'c.md', which is not there",
      "docs/b.md: leads to 'a.md#nowhere', which has no such heading",
    ]);
  });
});

it('wants every page in the index', () => {
  const index = '[a](a.md) [c](other/c.md) `d.md`';
  expect(missingFromIndex(['README.md', 'a.md', 'c.md', 'd.md', 'images'], index)).toEqual([
    "docs/README.md: does not lead to 'c.md'",
    "docs/README.md: does not lead to 'd.md'",
  ]);
});

it('names pages that sources name and that are not there', () => {
  const source =
    '/** See docs/decisions/0001-a.md\n * and docs/limits.md. */ const other = "x/docs/b.md";';
  expect(missingPages('a.ts', source, (page) => page === 'docs/limits.md')).toEqual([
    'a.ts: names docs/decisions/0001-a.md, which is not there',
  ]);
});
