import { configure } from '@receptorjs/receptor-config';
import { expect, it } from 'vitest';
import { checkAllNamedFiles } from './named-files.js';

const refusal = (...words: string[]): string | undefined => {
  const configuration = configure(['--node', 'id=a', ...words]);
  try {
    checkAllNamedFiles(configuration.help ? [] : configuration.actions);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

const kubernetes = ['--work-kubernetes', 'worktype=k', 'image=i', 'authmethod=kubeconfig'];

it('says which file is not there, and what its path is relative to', () => {
  const from = `(relative to ${process.cwd()})`;
  expect(refusal('--work-signing', 'privatekey=no/key')).toBe(`no/key does not exist ${from}`);
  expect(refusal('--work-verification', 'publickey=/no/key')).toBe('/no/key does not exist');
  expect(refusal(...kubernetes, 'kubeconfig=none')).toBe(
    `error accessing kubeconfig file: stat none: no such file or directory ${from}`,
  );
});

it('takes what is there, and what is not named', () => {
  expect(refusal('--work-signing', `privatekey=${import.meta.filename}`)).toBeUndefined();
  expect(refusal(...kubernetes)).toBeUndefined();
});
