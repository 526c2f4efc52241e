import { expect, it } from 'vitest';
import { blocksIn, sessionIn, steady } from './blocks.mjs';

it('finds the fenced blocks of a page, with language and line', () => {
  const page = '# A\n\n```ts\nconst a = 1;\n```\n\ntext\n\n```\nplain\n```\n';
  expect(blocksIn('a.md', page)).toEqual([
    { page: 'a.md', line: 4, language: 'ts', text: 'const a = 1;\n' },
    { page: 'a.md', line: 10, language: '', text: 'plain\n' },
  ]);
});

it('takes a session apart into files, commands and their output', () => {
  const text = '$ cat a.yml\n- trace\n$ check a.yml\ngood\n\nat all\n$ other\nbad\n';
  expect(sessionIn(text)).toEqual({
    files: { 'a.yml': '- trace\n' },
    commands: ['check a.yml', 'other'],
    output: 'good\n\nat all\nbad\n',
  });
});

it('leaves out what differs from run to run', () => {
  const first =
    'Link ok up, cost 1, RTT 516.8µs\nStream ok opened in 21.5 ms\nfar is 0.005 s behind\n';
  const second = 'Link ok up, cost 1\nStream ok opened in 9 ms\nfar is 1 s ahead\n';
  expect(steady(first)).toBe(steady(second));
  expect(steady(first)).not.toBe(steady(second.replace('cost 1', 'cost 2')));
});
