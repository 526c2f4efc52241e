import { expect, it } from 'vitest';
import { checkConfiguration, configure, parseConfigFile } from './index.js';

const calls: [sentence: string, call: (value: never) => unknown, value: unknown][] = [
  [
    "configure: argument 'args' takes a list, each element text, not text",
    (v) => configure(v),
    '--node id=a',
  ],
  [
    "checkConfiguration: argument 'args[1]' takes text, not a number",
    (v) => checkConfiguration(v),
    ['--tcp-listener', 2222],
  ],
  [
    "configure: there is no option 'host'; it takes hostname, home",
    (v) => configure([], v),
    { host: 'a' },
  ],
  [
    "parseConfigFile: argument 'source' takes text, not an instance of Buffer",
    (v) => parseConfigFile(v, 'a.yml'),
    Buffer.from('- local-only:'),
  ],
];

it.each(calls)('%s', (sentence, call, value) => {
  expect(() => call(value as never)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', message: sentence }),
  );
});
