import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { notifySocket } from './notify-socket.mjs';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('says that there is no Python, and the process goes on', async () => {
  vi.stubEnv('PATH', '/nowhere');
  const refused = notifySocket(join(tmpdir(), 'never-made'));
  await expect(refused).rejects.toThrow('python3 can not be started');
});
