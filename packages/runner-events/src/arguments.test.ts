import { expect, it } from 'vitest';
import { deliver, findEventPlugins, PluginSettings } from './index.js';

const settings = new PluginSettings({ settings: {}, env: {} }, 'runner_log');
const carrier = { send: () => Promise.resolve(), close: () => Promise.resolve() };

const calls: [sentence: string, call: (value: never) => unknown, value: unknown][] = [
  [
    "findEventPlugins: option 'from' takes text, or an instance of URL, not a list",
    (v) => findEventPlugins(v),
    { from: ['x'] },
  ],
  [
    "new PluginSettings: argument 'prefix' takes text, not undefined",
    (v) => new PluginSettings({ settings: {}, env: {} }, v),
    undefined,
  ],
  [
    "deliver: option 'carrier' takes a carrier (an object with send, close), not a mapping",
    (v) => deliver({} as never, v),
    { plugin: 'log', target: 'x', settings, carrier: {} },
  ],
  [
    "deliver: there is no option 'secret'; did you mean 'secrets'?",
    (v) => deliver({} as never, v),
    { plugin: 'log', target: 'x', settings, carrier, secret: ['x'] },
  ],
];

it.each(calls)('%s', async (sentence, call, value) => {
  const failure = await Promise.resolve()
    .then(() => call(value as never))
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'invalid-argument', message: sentence });
});
