import { configure } from '@receptorjs/receptor-config';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOffers, nodeOffers } from './node-offers.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offers-'));
  writeFileSync(join(folder, 'ansible-runner'), '#!/bin/sh\n');
  chmodSync(join(folder, 'ansible-runner'), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const described = (...words: string[]): string[] => {
  const configuration = configure(['--node', 'id=far', ...words]);
  const actions = configuration.help ? [] : configuration.actions;
  const executable = join(folder, 'receptor');
  return describeOffers(nodeOffers(actions, { executable, module: pathToFileURL(folder).href }));
};

it('shows what would be offered, and what would not and why', () => {
  const echo = ['--control-service', '--work-command', 'worktype=echo', 'command=cat'];
  expect(described('--local-only', ...echo)).toEqual([
    'Work types offered: echo, ansible-runner',
    expect.stringMatching(/^Offering ansible-runner/),
  ]);
  expect(described('--tcp-listener', '2222', ...echo)).toEqual([
    'Work types offered: echo',
    expect.stringMatching(/^Warning: Not offering ansible-runner.*work-runner: \{offer: true\}/),
  ]);
  const signed = ['--work-verification', 'publickey=k'];
  expect(described('--tcp-listener', '2222', '--control-service', ...signed)).toEqual([
    'Work types offered: ansible-runner',
    expect.stringMatching(/^Offering ansible-runner.* for signed work alone /),
  ]);
});

it('shows pods as types of work too', () => {
  const pods = ['--work-kubernetes', 'worktype=pods', 'image=i', 'authmethod=kubeconfig'];
  const [types] = described('--tcp-listener', '2222', '--control-service', ...pods);
  expect(types).toBe('Work types offered: pods');
});

it('warns of pods whose login can not come', () => {
  const pods = [
    '--work-kubernetes',
    'worktype=pods',
    'image=i',
    'authmethod=runtime',
    'namespace=n',
  ];
  expect(described('--local-only', ...pods)).toEqual([
    expect.stringMatching(
      /^Warning: work-kubernetes pods: all submissions fail, .*allowruntimeauth/,
    ),
  ]);
  expect(described('--local-only', ...pods, 'allowruntimeauth=true')).toEqual([]);
});

it('warns of Python work in the words of the original, and refuses it', () => {
  expect(
    described('--local-only', '--work-python', 'worktype=w', 'plugin=p', 'function=f'),
  ).toEqual([
    "Warning: work-python w: [DEPRECATION WARNING] 'work-python' option is not currently being used. This feature will be removed from receptor in a future release; all submissions of this work type are refused",
  ]);
});

it('says nothing of work that nobody can submit', () => {
  expect(described('--local-only', '--work-command', 'worktype=echo', 'command=cat')).toEqual([]);
});

it('warns of what strangers reach besides', () => {
  const lines = described('--local-only', '--control-service', 'tcplisten=7323');
  expect(lines).toContainEqual(
    expect.stringMatching(/^Warning: The control-service on TCP 7323 obeys anybody/),
  );
});
