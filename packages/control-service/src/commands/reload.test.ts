import { describe, expect, it } from 'vitest';
import type { ReloadHandler } from '../handlers.js';
import { reloadReply } from './reload.js';
import { parseRequest } from './request.js';

describe('reload', () => {
  const changes = {
    opened: ['tcp-peer a:1'],
    closed: ['tcp-peer b:1'],
    changed: ['log-level debug'],
    kept: ['node near'],
  };

  it('asks for the plan alone when the request does, and tells it', async () => {
    const asked: boolean[] = [];
    const reload: ReloadHandler = ({ planOnly }) => {
      asked.push(planOnly);
      return Promise.resolve({ success: true, changes });
    };
    expect(await reloadReply(parseRequest('{"command":"reload","plan":true}'), reload)).toEqual({
      Plan: {
        Open: ['tcp-peer a:1'],
        Close: ['tcp-peer b:1'],
        Change: ['log-level debug'],
        Keep: ['node near'],
      },
      Success: true,
    });
    expect(await reloadReply(parseRequest('reload'), reload)).toEqual({ Success: true });
    expect(await reloadReply(parseRequest('reload plan'), reload)).toHaveProperty('Plan');
    expect(asked).toEqual([true, false, true]);
    for (const plan of ['"yes"', '1', 'null', '[]']) {
      const request = parseRequest(`{"command":"reload","plan":${plan}}`);
      await expect(reloadReply(request, reload)).rejects.toThrow('plan must be true or false');
    }
    expect(asked).toHaveLength(3);
  });

  it('gives the reason of a refusal', async () => {
    const reload: ReloadHandler = () =>
      Promise.resolve({ success: false, error: 'no ERRORCODE 3', changes });
    expect(await reloadReply(parseRequest('reload'), reload)).toEqual({
      Error: 'no ERRORCODE 3',
      Success: false,
    });
  });
});
