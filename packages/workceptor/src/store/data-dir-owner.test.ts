import { silentLogger } from '@receptorjs/primitives';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DataDirOwner } from './data-dir-owner.js';

let folder: string;
let owners: DataDirOwner[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'owner-'));
  owners = [];
});
afterEach(async () => {
  for (const owner of owners) await owner.close();
  rmSync(folder, { recursive: true, force: true });
});

async function take(dir: string, log = silentLogger): Promise<DataDirOwner | undefined> {
  const owner = await DataDirOwner.take(dir, 'near', log);
  if (owner) owners.push(owner);
  return owner;
}

it('is one at a time, and says who it is to the next', async () => {
  const before = new Date().toISOString();
  const first = await take(folder);
  await expect(take(folder)).rejects.toMatchObject({
    code: 'data-dir-in-use',
    message: expect.stringMatching(
      new RegExp(
        `^the data directory ${folder} is in use by node near, process ${process.pid}, since ${before.slice(0, 10)}T\\S+Z; stop it`,
      ),
    ) as string,
  });
  expect(readdirSync(folder)).toHaveLength(1);
  await first?.close();
  expect(readdirSync(folder)).toEqual([]);
  await take(folder);
});

it.each([shortName, longName])(
  'one of many that start at the same moment gets the folder: %o',
  async (make) => {
    const dir = make();
    const taken = await Promise.allSettled(Array.from({ length: 12 }, () => take(dir)));
    const refused = taken.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(11);
    for (const each of refused) {
      expect(each).toMatchObject({ reason: { code: 'data-dir-in-use' } });
    }
    expect(readdirSync(dir)).toHaveLength(1);
  },
);

function shortName(): string {
  return folder;
}

function longName(): string {
  const dir = join(folder, 'a'.repeat(120));
  mkdirSync(dir);
  return dir;
}

const hash = createHash('sha256').update('near').digest('hex').slice(0, 16);

/** A process that has a socket in the folder, and never looks at who connects to it. */
async function holder(name: string): Promise<{ end: () => Promise<void> }> {
  const script = `require('node:net').createServer().listen(process.argv[1], () => { console.log('ready'); if (process.argv[2]) process.kill(process.pid, 'SIGSTOP'); })`;
  const child = spawn(process.execPath, ['-e', script, join(folder, name), 'stop'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    end: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

it('that does not answer is still the owner, and gone as soon as it is killed', async () => {
  const { end } = await holder(`.owner-${hash}-123-abc`);
  try {
    await expect(take(folder)).rejects.toThrow(
      'is in use by a node that does not answer, process 123; stop it',
    );
  } finally {
    await end();
  }
  await take(folder);
  expect(readdirSync(folder)).toHaveLength(1);
});

it('leaves other nodes of the data directory alone', async () => {
  await take(folder);
  const other = await DataDirOwner.take(folder, 'far', silentLogger);
  expect(readdirSync(folder)).toHaveLength(2);
  await other?.close();
});

it('is not needed where no socket can be made, and a warning says so', async () => {
  const lines: string[] = [];
  const log = { ...silentLogger, warning: (line: string) => void lines.push(line) };
  expect(await take(join(folder, 'missing'), log)).toBeUndefined();
  expect(lines.join()).toMatch(
    /another process could use the units of near in \S+missing at the same time: .*/,
  );
});
