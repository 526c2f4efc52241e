import { expect, it } from 'vitest';
import { FaultRules, matches, verbOf } from './fault-rules.mjs';

const pods = '/api/v1/namespaces/work/pods';

it.each([
  ['GET', pods, 'list'],
  ['GET', '/api/v1/pods?limit=5', 'list'],
  ['GET', `${pods}?watch=true`, 'watch'],
  ['GET', `${pods}?watch=1&resourceVersion=5`, 'watch'],
  ['GET', `${pods}?watch=false`, 'list'],
  ['GET', `${pods}/p`, 'get'],
  ['GET', '/api/v1/namespaces', 'list'],
  ['GET', '/api/v1/namespaces/work', 'get'],
  ['POST', pods, 'create'],
  ['PUT', `${pods}/p`, 'update'],
  ['PATCH', `${pods}/p`, 'patch'],
  ['DELETE', `${pods}/p`, 'delete'],
  ['DELETE', pods, 'deletecollection'],
  ['GET', `${pods}/p/log?follow=true`, 'log'],
  ['GET', `${pods}/p/attach?stdin=true`, 'attach'],
  ['POST', `${pods}/p/attach?stdin=true`, 'attach'],
  ['POST', `${pods}/p/exec`, 'exec'],
  ['GET', '/apis/batch/v1/namespaces/work/jobs', 'list'],
  ['GET', '/apis/batch/v1/namespaces/work/jobs/j', 'get'],
  ['HEAD', pods, 'other'],
])('%s %s is %s', (method, url, verb) => {
  expect(verbOf(method, url)).toBe(verb);
});

it('matches by verb and by path', () => {
  expect(matches({}, 'GET', pods)).toBe(true);
  expect(matches({ verb: 'list' }, 'GET', pods)).toBe(true);
  expect(matches({ verb: ['get', 'create'] }, 'GET', pods)).toBe(false);
  expect(matches({ verb: 'list', path: /namespaces\/other/ }, 'GET', pods)).toBe(false);
});

it('gives the fault of the first rule that matches, as often as it says', () => {
  const rules = new FaultRules();
  rules.add({ verb: 'list', skip: 1, times: 2, fault: { status: 500 } });
  const remove = rules.add({ fault: { status: 503 } });
  const status = () => rules.take('GET', pods)?.status;
  expect([status(), status(), status(), status()]).toEqual([503, 500, 500, 503]);
  remove();
  expect(status()).toBeUndefined();
  rules.add({ fault: { status: 429 } });
  rules.clear();
  expect(status()).toBeUndefined();
});
