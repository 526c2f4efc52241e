import { expect, it } from 'vitest';
import { bannedNames, bannedWords, checkNames, wordsOf } from './naming.mjs';

const page = `
| what it is | its name | where to look | words that are not used |
| ---------- | -------- | ------------- | ----------------------- |
| to check | verify, verifier | \`a\` | judge, judged |
| none | probe | | |
`;

it('reads the banned words of the page, with the name to use', () => {
  expect([...bannedWords(page)]).toEqual([
    ['judge', 'verify, verifier'],
    ['judged', 'verify, verifier'],
  ]);
});

it('takes names apart however they are written', () => {
  expect(wordsOf('judgeServerTLS')).toEqual(['judge', 'server', 'tls']);
  expect(wordsOf('ask-judge')).toEqual(['ask', 'judge']);
  expect(wordsOf('MAX_JUDGED')).toEqual(['max', 'judged']);
  expect(wordsOf('judgesomething')).toEqual(['judgesomething']);
});

it('names the file, the name and the better word', () => {
  const banned = bannedWords(page);
  const source = 'export function judgeChain() {}\nfunction judge() {}\nexport const rest = 1;\n';
  expect(bannedNames('packages/a/src/ask-judge.test.ts', source, banned)).toEqual([
    "packages/a/src/ask-judge.test.ts: 'ask-judge' has the word 'judge'; the field says verify, verifier (docs/naming.md)",
    "packages/a/src/ask-judge.test.ts: 'judgeChain' has the word 'judge'; the field says verify, verifier (docs/naming.md)",
  ]);
});

it('holds in this repository', () => {
  expect(checkNames()).toEqual([]);
});
