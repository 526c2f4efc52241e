import { UnitState } from '@receptorjs/control-protocol';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultDataDir, formerDataDir } from './data-dir.js';
import { checkedName, forgetSubmissionName, readSubmissionName } from './submission-name.js';
import { UnitStore } from './unit-store.js';

let folder: string;
let lines: string[];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'unit-store-')));
  lines = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const add = (line: string): void => void lines.push(line);
const log = { error: add, warning: add, info: add, debug: add };
const store = (name: string, former?: string): UnitStore =>
  new UnitStore(
    {
      dataDir: join(folder, name),
      former: former === undefined ? undefined : join(folder, former),
      nodeId: 'far',
    },
    log,
  );

it('takes over units of the data directory of before where they are, and makes new ones in its own', async () => {
  const earlier = store('old').allocate('cat', null);
  const both = store('new', 'old');
  const later = both.allocate('cat', null);
  expect((await both.ids()).sort()).toEqual([earlier.id, later.id].sort());
  const loaded = both.load(earlier.id)?.record;
  expect(loaded).toMatchObject({ dir: earlier.dir, status: { state: UnitState.Pending } });
  expect(later.dir).toBe(join(folder, 'new', 'far', later.id));
  expect(lines).toEqual([
    `1 units of ${join(folder, 'old', 'far')} are taken over; new ones are in ${join(folder, 'new', 'far')}`,
  ]);
  if (loaded) await both.remove(loaded);
  expect(existsSync(earlier.dir)).toBe(false);
  expect(await both.ids()).toEqual([later.id]);
});

it('leaves a data directory of before alone that others could have made', async () => {
  const { id } = store('old').allocate('cat', null);
  chmodSync(join(folder, 'old', 'far'), 0o777);
  const both = store('new', 'old');
  expect(await both.ids()).toEqual([]);
  expect(lines.join()).toContain('Units of an earlier version are not taken over: the folder');
  expect(() => both.load(id)).toThrow('may be written by other users');
});

it.each(['link', 'open'])(
  'a planted unit stops the start, and can not be asked for: %s',
  async (how) => {
    const units = store('data');
    const { dir } = units.allocate('cat', null);
    const planted = join(folder, 'data', 'far', 'planted1');
    if (how === 'link') symlinkSync(dir, planted);
    else {
      mkdirSync(planted);
      writeFileSync(join(planted, 'status'), '{}');
      chmodSync(planted, 0o777);
    }
    const refusal =
      how === 'link' ? 'planted1 is a link' : 'planted1 may be written by other users';
    await expect(units.ids()).rejects.toThrow(refusal);
    expect(() => units.load('planted1')).toThrow(refusal);
  },
);

it('makes nothing behind a link that stands where the data directory would be made', () => {
  const target = join(folder, 'target');
  mkdirSync(target, { mode: 0o700 });
  const units = store('data');
  symlinkSync(target, join(folder, 'data'));
  expect(() => units.allocate('cat', null)).toThrow('data is a link');
  expect(readdirSync(target)).toEqual([]);
});

it('removes what a kill has left of the making or the removal of a unit, and keeps what more may be lost with', async () => {
  const units = store('data');
  const whole = units.allocate('cat', null);
  const made = (id: string, ...names: string[]): string => {
    const dir = join(folder, 'data', 'far', id);
    mkdirSync(dir, { mode: 0o700 });
    for (const name of names) writeFileSync(join(dir, name), '');
    return dir;
  };
  made('nothing');
  made('begun', 'status.lock', 'submission');
  made('cutOff', 'status.lock', 'status', 'stdin');
  made('noStatus', 'stdin', 'stdout');
  expect((await units.ids()).sort()).toEqual([whole.id, 'cutOff', 'noStatus'].sort());
  for (const id of ['cutOff', 'noStatus']) {
    const loaded = units.load(id);
    expect(loaded).toMatchObject({
      readable: false,
      record: {
        status: {
          state: UnitState.Failed,
          detail: expect.stringMatching(/^Failed to restart: could not read /) as string,
        },
      },
    });
    if (loaded) await units.remove(loaded.record);
  }
  expect(readdirSync(join(folder, 'data', 'far'))).toEqual([whole.id]);
});

it('keeps the name of a submission until its stdin is complete', () => {
  const { dir } = store('data').allocate('cat', null, undefined, 'near/abc');
  expect(readSubmissionName(dir)).toBe('near/abc');
  forgetSubmissionName(dir);
  expect(readSubmissionName(dir)).toBeUndefined();
  expect(checkedName('x'.repeat(513))).toBeUndefined();
});

it('keeps the data of root where no other user can have made it first', () => {
  const [own, former] =
    process.geteuid?.() === 0
      ? ['/var/lib/receptor', '/tmp/receptor']
      : ['/tmp/receptor', undefined];
  expect([defaultDataDir(), formerDataDir()]).toEqual([own, former]);
});
