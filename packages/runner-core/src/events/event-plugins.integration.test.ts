import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { Fixture } from '../ansible-fixture.js';
import type { EventPlugin } from './event-plugins.js';
import { run } from '../run.js';

let fixture: Fixture | undefined;
afterEach(() => fixture?.remove());

/** A plugin that notes what it gets. */
function noting(notes: string[], onEvent: (json: string) => void = () => undefined): EventPlugin {
  return {
    name: 'notes',
    open: () =>
      Promise.resolve({
        status: ({ status }) => void notes.push(`plugin ${status}`),
        event: (event, json) => {
          notes.push(`plugin ${event.stdout}`);
          onEvent(json);
        },
        close: () =>
          Promise.resolve({
            plugin: 'notes',
            target: 'here',
            delivered: notes.length,
            undelivered: 0,
            dropped: 0,
            retries: 0,
            deliveredEarlier: 0,
          }),
      }),
  };
}

describe('event plugins of a run', () => {
  it('get statuses before the handler, events after it and before their file is there', async () => {
    fixture = await Fixture.ofScript('echo one');
    const at = fixture;
    const notes: string[] = [];
    const file = (json: string) => {
      const { counter, uuid } = JSON.parse(json) as { counter: number; uuid: string };
      return existsSync(at.at('artifacts', 'r', 'job_events', `${counter}-${uuid}.json`));
    };
    const result = await run({
      privateDataDir: at.path,
      ident: 'r',
      binary: at.at('job'),
      plugins: [noting(notes, (json) => notes.push(`file ${file(json)}`))],
      onStatus: ({ status }) => void notes.push(status),
      onEvent: ({ stdout }) => void notes.push(stdout),
    });
    expect(notes).toEqual([
      'plugin starting',
      'starting',
      'plugin running',
      'running',
      'one',
      'plugin one',
      'file false',
      'plugin successful',
      'successful',
    ]);
    expect(result.deliveries).toMatchObject([{ plugin: 'notes', target: 'here' }]);
  });

  it('learn the end of a run whose handler threw', async () => {
    fixture = await Fixture.ofScript('echo one');
    const notes: string[] = [];
    const onStatus = () => {
      throw new Error('boom');
    };
    const { path } = fixture;
    const options = { privateDataDir: path, binary: fixture.at('job'), onStatus };
    await expect(run({ ...options, plugins: [noting(notes)] })).rejects.toThrow('boom');
    expect(notes).toEqual(['plugin starting', 'plugin failed']);
  });

  it('runner 34: do not fail a run by failing', async () => {
    fixture = await Fixture.ofScript('echo one');
    const warnings: string[] = [];
    const broken = noting([], () => {
      throw new Error('boom');
    });
    const result = await run({
      privateDataDir: fixture.path,
      ident: 'r',
      binary: fixture.at('job'),
      plugins: [broken],
      onWarning: (sentence) => warnings.push(sentence),
    });
    expect(result).toMatchObject({ status: 'successful', rc: 0 });
    expect(warnings).toEqual(['The event plugin notes failed and gets no more of this run: boom']);
    expect(await fixture.events('r')).toHaveLength(1);
    expect(await fixture.read('artifacts', 'r', 'status')).toBe('successful');
  });
});
