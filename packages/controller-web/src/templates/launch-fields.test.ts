import { expect, it } from 'vitest';
import { isAsked, launchBody, otherFieldsAsked } from './launch-fields.js';
import type { LaunchState } from './template-queries.js';

const state: LaunchState = {
  inventory_needed_to_start: false,
  passwords_needed_to_start: [],
  defaults: { credentials: [] },
  ask_limit_on_launch: true,
  ask_tags_on_launch: true,
  ask_inventory_on_launch: true,
  ask_verbosity_on_launch: false,
};

it('knows what a template lets a launch choose', () => {
  expect(isAsked(state, 'limit')).toBe(true);
  expect(isAsked(state, 'job_tags')).toBe(true);
  expect(isAsked(state, 'verbosity')).toBe(false);
  expect(isAsked(state, 'variables')).toBe(false);
  expect(otherFieldsAsked(state)).toEqual(['inventory']);
});

it('sends what was typed in the form that the API takes', () => {
  expect(launchBody({ limit: 'web*', verbosity: '2', diff_mode: 'true' })).toEqual({
    limit: 'web*',
    verbosity: 2,
    diff_mode: true,
  });
});
