import { expect, it } from 'vitest';
import type { LogLevelHandler } from '../handlers.js';
import { logLevelReply } from './log-level.js';
import { parseRequest } from './request.js';

function handler(): LogLevelHandler {
  const levels = ['error', 'info', 'debug'];
  let now = 'info';
  return {
    levels,
    get: () => now,
    set: (level) => {
      if (!levels.includes(level)) return false;
      now = level;
      return true;
    },
  };
}

const unix = { transport: 'unix' } as const;

it('tells the level, and changes it', () => {
  const level = handler();
  const reply = (line: string) => logLevelReply(parseRequest(line), unix, level);
  expect(reply('log-level')).toEqual({ LogLevel: 'info' });
  expect(reply('log-level Debug')).toEqual({ LogLevel: 'debug' });
  expect(reply('{"command":"log-level"}')).toEqual({ LogLevel: 'debug' });
  expect(reply('{"command":"log-level","level":"error"}')).toEqual({ LogLevel: 'error' });
});

it('refuses a level that is none, and says which there are', () => {
  const level = handler();
  expect(() => logLevelReply(parseRequest('log-level loud'), unix, level)).toThrow(
    'log-level takes error, info, debug',
  );
  expect(level.get()).toBe('info');
});

it.each(['tcp', 'mesh'] as const)('refuses whoever comes over %s', (transport) => {
  const level = handler();
  for (const line of ['log-level', 'log-level debug']) {
    expect(() => logLevelReply(parseRequest(line), { transport }, level)).toThrow(
      'log-level is answered on Unix sockets only',
    );
  }
  expect(level.get()).toBe('info');
});
