import fc from 'fast-check';
import { expect, it } from 'vitest';
import { instanceTransitions, isWatched, nextInstanceState } from './instance-states.js';
import {
  isActive,
  jobTransitions,
  nextJobState,
  type JobEvent,
  type JobState,
} from './job-states.js';

it('an instance that was never seen is not lost, and one that is taken out comes back by no health', () => {
  expect(nextInstanceState('installed', 'unhealthy')).toBe('installed');
  expect(nextInstanceState('deprovisioning', 'healthy')).toBe('deprovisioning');
  expect(() => nextInstanceState('deprovisioning', 'register')).toThrow(
    'instance is deprovisioning, which register does not change; allowed is healthy, unhealthy, shut-down, deprovision',
  );
});

it('each state that is watched can become ready', () => {
  for (const state of Object.keys(instanceTransitions) as (keyof typeof instanceTransitions)[]) {
    if (isWatched(state)) expect(nextInstanceState(state, 'healthy')).toBe('ready');
  }
});

it('a job goes from its queue to its end', () => {
  const events: JobEvent[] = ['queue', 'assign', 'give-back', 'assign', 'start', 'succeed'];
  const states = events.reduce<JobState[]>(
    (all, event) => [...all, nextJobState(all.at(-1) ?? 'new', event)],
    ['new'],
  );
  expect(states).toEqual([
    'new',
    'pending',
    'waiting',
    'pending',
    'waiting',
    'running',
    'successful',
  ]);
});

it('whatever happens, an end stands, and each job can come to one', () => {
  const events = [...new Set(Object.values(jobTransitions).flatMap((row) => Object.keys(row)))];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...(events as JobEvent[]))), (course) => {
      let state: JobState = 'new';
      for (const event of course) {
        const allowed = event in jobTransitions[state];
        if (!allowed) expect(() => nextJobState(state, event)).toThrow(/does not change/);
        else state = nextJobState(state, event);
      }
      if (isActive(state)) expect(nextJobState(state, 'cancel')).toBe('canceled');
      else expect(() => nextJobState(state, 'cancel')).toThrow(/nothing any more/);
    }),
  );
});
