import { afterEach, expect, it, vi } from 'vitest';
import { member } from './testing/test-mesh.js';
import { TlsContexts } from './tls/tls-contexts.js';

afterEach(() => {
  vi.restoreAllMocks();
});

it('services that begin at once share what the engine keeps for all of the host', async () => {
  const acceptor = vi.spyOn(TlsContexts.prototype, 'acceptor');
  const { streams } = member('a');
  await Promise.all(['x', 'y', 'z'].map((name) => streams.listen(name, {}, () => undefined)));
  expect(acceptor).toHaveBeenCalledTimes(3);
  expect(new Set(acceptor.mock.contexts).size).toBe(1);
});
