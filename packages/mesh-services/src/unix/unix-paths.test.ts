import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { serveUnixServer } from './serve-unix-server.js';
import { afterTest, kept } from '../test-mesh.js';

const dialer = { dial: () => Promise.reject(new Error('not to be dialed')) };
const remote = { remoteNode: 'far', remoteService: 'echo' };

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'unix-paths-'));
  afterTest(() => rm(made, { recursive: true, force: true }));
  return made;
}

it('D24: what is no socket is left as it is, a folder with all that is in it', async () => {
  const inside = await folder();
  const [tree, file] = [join(inside, 'tree'), join(inside, 'file')];
  await mkdir(tree);
  await writeFile(join(tree, 'precious'), '');
  await writeFile(file, '');
  for (const filename of [tree, file]) {
    await expect(serveUnixServer(dialer, { filename, ...remote })).rejects.toMatchObject({
      code: 'path-not-a-socket',
    });
  }
  expect(await readdir(tree)).toEqual(['precious']);
});

it('a socket that others serve is left to them, and one nobody serves is replaced', async () => {
  const filename = join(await folder(), 'in.sock');
  const other = createServer().listen(filename);
  await once(other, 'listening');
  await expect(serveUnixServer(dialer, { filename, ...remote })).rejects.toMatchObject({
    code: 'socket-in-use',
  });
  other.close();
  await once(other, 'close');
  const first = await serveUnixServer(dialer, { filename, ...remote });
  await first.close();
  await kept(serveUnixServer(dialer, { filename, ...remote }));
});

it.each([
  [undefined, 0o600],
  [0o666, 0o666],
])('the socket has the permissions %o', async (permissions, mode) => {
  const filename = join(await folder(), 'in.sock');
  await kept(serveUnixServer(dialer, { filename, permissions, ...remote }));
  expect((await stat(filename)).mode & 0o777).toBe(mode);
});

it('a path in a folder that is not there is refused', async () => {
  const inside = await folder();
  await writeFile(join(inside, 'file'), '');
  for (const [way, why] of [
    ['none/in.sock', 'none does not exist'],
    ['none/deeper/in.sock', 'none does not exist'],
    ['file/in.sock', 'file is not a folder'],
    ['file/deeper/in.sock', 'file is not a folder'],
  ] as const) {
    const filename = join(inside, way);
    await expect(serveUnixServer(dialer, { filename, ...remote })).rejects.toMatchObject({
      code: 'no-such-folder',
      message: `error opening Unix socket: ${filename} can't be made: ${join(inside, why)}`,
    });
  }
});

it('a path that the system would cut is refused', async () => {
  const inside = await folder();
  const filename = join(inside, 'x'.repeat(108 - inside.length));
  await expect(serveUnixServer(dialer, { filename, ...remote })).rejects.toMatchObject({
    code: 'path-too-long',
  });
  expect(await readdir(inside)).toEqual([]);
});
