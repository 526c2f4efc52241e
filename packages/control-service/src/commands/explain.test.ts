import { describe, expect, it } from 'vitest';
import type { MeshHandler } from '../handlers.js';
import { explainReply } from './explain.js';
import { parseRequest } from './request.js';

const signal = new AbortController().signal;

describe('explain', () => {
  const asked: unknown[] = [];
  const explain: NonNullable<MeshHandler['explain']> = (target, { service, tlsClient }) => {
    asked.push([target, service, tlsClient]);
    return Promise.resolve({ Node: target });
  };

  it('takes words or fields', async () => {
    expect(await explainReply(parseRequest('explain far'), explain, signal)).toEqual({
      Node: 'far',
    });
    await explainReply(parseRequest('explain far  tls'), explain, signal);
    await explainReply(
      parseRequest('{"command":"explain","target":"far","service":"web"}'),
      explain,
      signal,
    );
    expect(asked).toEqual([
      ['far', undefined, undefined],
      ['far', undefined, 'tls'],
      ['far', 'web', undefined],
    ]);
  });

  it.each([
    ['explain', 'no explain target'],
    ['{"command":"explain"}', 'no explain target'],
    ['{"command":"explain","target":7}', 'explain target must be string'],
    ['{"command":"explain","target":"far","service":[]}', 'explain service must be string'],
    ['{"command":"explain","target":"far","tls":{}}', 'explain tls name must be string'],
  ])('refuses %s', async (line, text) => {
    await expect(explainReply(parseRequest(line), explain, signal)).rejects.toThrow(text);
  });
});
