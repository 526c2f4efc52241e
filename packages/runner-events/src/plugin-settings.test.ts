import { describe, expect, it } from 'vitest';
import { PluginSettings } from './plugin-settings.js';

const read = (settings: Record<string, unknown>, env: Record<string, string> = {}) =>
  new PluginSettings({ settings, env }, 'runner_x');

describe('PluginSettings', () => {
  it('lets variables win over settings, empty ones too', () => {
    const both = read({ runner_x_url: 'a', runner_x_n: 1 }, { RUNNER_X_URL: 'b', RUNNER_X_N: '2' });
    expect(both.text('url')).toBe('b');
    expect(both.number('n', 0, { min: 0, max: 9 })).toBe(2);
    expect(read({ runner_x_url: 'a' }, { RUNNER_X_URL: '' }).text('url')).toBeUndefined();
    expect(read({ runner_x_url: 'a' }).text('url')).toBe('a');
  });

  it('reads flags, numbers and mappings', () => {
    const settings = read(
      { runner_x_a: true, runner_x_h: { A: 1, b: 'c', d: false } },
      { RUNNER_X_B: 'No' },
    );
    expect([settings.flag('a', false), settings.flag('b', true), settings.flag('c', true)]).toEqual(
      [true, false, true],
    );
    expect(settings.texts('h')).toEqual({ A: '1', b: 'c', d: 'false' });
    expect(settings.texts('none')).toEqual({});
    expect(settings.number('none', 7, { min: 0, max: 9 })).toBe(7);
  });

  it.each<[Record<string, unknown>, (settings: PluginSettings) => unknown, string]>([
    [{ runner_x_v: 5 }, (s) => s.text('v'), 'a text'],
    [{ runner_x_v: 'maybe' }, (s) => s.flag('v', true), 'true or false'],
    [{ runner_x_v: 11 }, (s) => s.number('v', 0, { min: 0, max: 9 }), 'a number from 0 to 9'],
    [{ runner_x_v: 'x' }, (s) => s.number('v', 0, { min: 0, max: 9 }), 'a number from 0 to 9'],
    [{ runner_x_v: 'x' }, (s) => s.texts('v'), 'a mapping of names to texts'],
    [{ runner_x_v: { a: { b: 'canary' } } }, (s) => s.texts('v'), 'a mapping of names to texts'],
  ])('refuses %j by its name, and does not show it', (values, use, allowed) => {
    expect(() => use(read(values))).toThrow(
      expect.objectContaining({
        code: 'configuration',
        message: `runner_x_v (or RUNNER_X_V) must be ${allowed}.`,
      }) as Error,
    );
  });

  it('names a file that can not be read', async () => {
    const settings = read({ runner_x_ca_file: '/nonexistent/ca.pem' });
    await expect(settings.file('ca_file')).rejects.toThrow(
      "runner_x_ca_file: the file /nonexistent/ca.pem can't be read: ENOENT.",
    );
    expect(await settings.file('key_file')).toBeUndefined();
  });
});
