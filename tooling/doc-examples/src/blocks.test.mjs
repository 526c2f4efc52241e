import { expect, it } from 'vitest';
import { blocksIn } from './blocks.mjs';

it('finds the fenced blocks of a page, with language and line', () => {
  const page = '# A\n\n```ts\nconst a = 1;\n```\n\ntext\n\n```\nplain\n```\n';
  expect(blocksIn('a.md', page)).toEqual([
    { page: 'a.md', line: 4, language: 'ts', text: 'const a = 1;\n' },
    { page: 'a.md', line: 10, language: '', text: 'plain\n' },
  ]);
});
