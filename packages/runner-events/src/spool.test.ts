import { mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from './message.js';
import { Spool } from './spool.js';

const MIB = 1024 * 1024;
let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'spool-'));
  folder = join(root, '.undelivered', 'http-1');
});
afterEach(() => rm(root, { recursive: true, force: true }));

let clock = 0;
const open = (limitBytes = 64 * MIB) => new Spool({ folder, limitBytes, startedAt: ++clock });
const message = (name: string, chars = 0, kind: Message['kind'] = 'event'): Message => ({
  id: name,
  kind,
  ident: 'r',
  body: `${name}:${'\u00fc\n'.repeat(chars / 2)}`,
});
const files = () => readdir(folder).catch(() => []);

function drain(spool: Spool, step = 3): string[] {
  const seen: string[] = [];
  for (let next = spool.peek(step); next.length > 0; next = spool.peek(step)) {
    seen.push(...next.map(({ id }) => id));
    spool.shift(next.length);
  }
  return seen;
}

describe('Spool', () => {
  it('gives back any sequence in order, through memory and disk, across runs', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ push: fc.constantFrom(0, 10, 300_000, 2_000_000) }),
        fc.record({ take: fc.integer({ min: 1, max: 9 }) }),
        fc.constant({ reopen: true }),
        fc.constant({ secure: true }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        let spool = open(1024 * MIB);
        const pushed: string[] = [];
        const seen: string[] = [];
        for (const step of list)
          if ('push' in step) {
            pushed.push(`m${pushed.length}`);
            spool.push(message(pushed.at(-1) ?? '', step.push));
          } else if ('take' in step) {
            const next = spool.peek(step.take);
            seen.push(...next.map(({ id }) => id));
            spool.shift(next.length);
          } else if ('reopen' in step) {
            expect(spool.keep()).toBe(pushed.length - seen.length);
            spool = open(1024 * MIB);
          } else spool.secure();
        seen.push(...drain(spool));
        expect(seen).toEqual(pushed);
        expect([spool.keep(), spool.dropped, spool.lastError]).toEqual([0, 0, undefined]);
      }),
      { numRuns: 30 },
    );
  });

  it('writes nothing while its receiver keeps up, and removes what it wrote', async () => {
    const spool = open();
    for (let at = 0; at < 40; at++) {
      spool.push(message(`a${at}`, 100_000));
      drain(spool);
    }
    expect(await files()).toEqual([]);
    for (let at = 0; at < 40; at++) spool.push(message(`b${at}`, 100_000));
    expect((await files()).length).toBeGreaterThan(2);
    drain(spool);
    spool.keep();
    expect(await readdir(root)).toEqual([]);
  });

  it('keeps its files to the user', async () => {
    const spool = open();
    spool.push(message('a'));
    spool.keep();
    const [file = ''] = await files();
    expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(root, '.undelivered'))).mode & 0o777).toBe(0o700);
    expect(await readFile(join(folder, file), 'utf8')).toBe('["a","event","r","a:"]\n');
  });

  it('drops new events at its bound, never statuses, and counts them', () => {
    const spool = open(3 * MIB);
    for (let at = 0; at < 100; at++) spool.push(message(`e${at}`, 200_000));
    spool.push(message('over', 0, 'status'));
    expect(spool.dropped).toBeGreaterThan(50);
    const seen = drain(spool);
    expect(seen).toHaveLength(101 - spool.dropped);
    // What is there has no gap but the one at its end.
    expect(seen).toEqual([...Array.from(seen.slice(1), (_, at) => `e${at}`), 'over']);
  });

  it('makes room by what earlier runs left, the oldest first', () => {
    const first = open(6 * MIB);
    for (let at = 0; at < 20; at++) first.push(message(`old${at}`, 200_000));
    expect(first.keep()).toBe(20);
    const second = open(6 * MIB);
    for (let at = 0; at < 15; at++) second.push(message(`new${at}`, 200_000));
    const seen = drain(second);
    expect(seen.filter((id) => id.startsWith('new'))).toHaveLength(15);
    expect(seen.filter((id) => id.startsWith('old')).at(-1)).toBe('old19');
    expect(second.dropped).toBe(35 - seen.length);
  });

  it('says of which messages an earlier run was', () => {
    const first = open();
    first.push(message('old'));
    first.keep();
    const second = open();
    second.push(message('new'));
    expect(second.peek(9).map(({ id }) => id)).toEqual(['old']);
    expect(second.isEarlier).toBe(true);
    second.shift(1);
    expect(second.peek(9).map(({ id }) => id)).toEqual(['new']);
    expect(second.isEarlier).toBe(false);
  });

  it('lets the messages of this run pass those of earlier ones, each in order', () => {
    const first = open();
    for (let at = 0; at < 10; at++) first.push(message(`old${at}`, 300_000));
    first.keep();
    const second = open();
    second.peek(1);
    second.postpone();
    expect(second.isEarlier).toBe(true);
    second.shift(1);
    second.peek(1);
    for (let at = 0; at < 10; at++) second.push(message(`new${at}`, 300_000));
    second.postpone();
    const names = (name: string, from = 0) =>
      Array.from({ length: 10 - from }, (_, at) => `${name}${at + from}`);
    expect(second.peek(1).map(({ id }) => id)).toEqual(['new0']);
    expect(second.keep()).toBe(19);
    expect(drain(open())).toEqual([...names('old', 1), ...names('new')]);
    // The rest of old0's file is what a run that was ended at once would have found.
    const third = open();
    for (const name of names('old')) third.push(message(name));
    third.keep();
    const fourth = open();
    fourth.peek(1);
    for (const name of names('new')) fourth.push(message(name));
    fourth.postpone();
    expect(drain(fourth)).toEqual([...names('new'), ...names('old')]);
    expect([fourth.keep(), fourth.dropped]).toEqual([0, 0]);
  });

  it('has on disk what has been in memory for a while, and leaves what comes and goes', async () => {
    const spool = open();
    spool.push(message('brief'));
    spool.secure();
    drain(spool);
    spool.secure();
    expect(await files()).toEqual([]);
    spool.push(message('front'));
    spool.peek(1);
    spool.push(message('tail'));
    spool.secure();
    spool.secure();
    // As it is after this process was killed.
    for (const file of await files())
      await rename(join(folder, file), join(folder, file.replace(/\.\d+-\d+@/, '.4194305-1@')));
    const next = open();
    expect(drain(next)).toEqual(['front', 'tail']);
    expect(next.dropped).toBe(0);
  });

  it('leaves alone what another process works on, until that is gone', async () => {
    const first = open();
    first.push(message('a'));
    first.keep();
    const [file = ''] = await files();
    const mark = (pid: number, host = hostname()) => `${file}.${pid}-5@${host}`;
    // A process that lives, one of another machine.
    for (const name of [mark(process.ppid), mark(4_194_305, 'elsewhere')]) {
      const [now = ''] = await files();
      await rename(join(folder, now), join(folder, name));
      expect(drain(open())).toEqual([]);
    }
    const dayBefore = new Date(Date.now() - 86_500_000);
    await utimes(join(folder, mark(4_194_305, 'elsewhere')), dayBefore, dayBefore);
    const inTurn = open();
    expect(inTurn.peek(1)).toHaveLength(1);
    inTurn.keep();
    // One that is gone; the one that had this one's number before, as in a container that was started again.
    for (const pid of [4_194_305, process.pid]) {
      const [now = ''] = await files();
      await rename(join(folder, now), join(folder, mark(pid)));
      const next = open();
      expect(next.peek(1)).toHaveLength(1);
      next.keep();
    }
  });

  it('takes of two spools of one process each what the other has released', () => {
    const first = open();
    const second = open();
    first.push(message('a'));
    second.push(message('b'));
    first.keep();
    expect(drain(open())).toEqual(['a']);
    second.keep();
    expect(drain(open())).toEqual(['b']);
  });

  it('counts what is lost of a damaged file, and gives the rest', async () => {
    const first = open();
    for (const name of ['a', 'b', 'c']) first.push(message(name));
    first.keep();
    const [file = ''] = await files();
    const content = await readFile(join(folder, file), 'utf8');
    await writeFile(join(folder, file), content.slice(0, -5));
    const second = open();
    expect(drain(second)).toEqual(['a', 'b']);
    expect(second.dropped).toBe(1);
  });

  it('goes on in memory where nothing can be written', async () => {
    await writeFile(join(root, '.undelivered'), 'no folder');
    const spool = open();
    for (let at = 0; at < 30; at++) spool.push(message(`e${at}`, 100_000));
    expect(spool.lastError).toMatch(/^spool: (ENOTDIR|EEXIST)/);
    const dropped = spool.dropped;
    expect(dropped).toBeGreaterThan(0);
    // What memory holds is not lost by the attempt to write it.
    for (let at = 0; at < 3; at++) spool.secure();
    expect(drain(spool)).toHaveLength(30 - dropped);
    expect(spool.dropped).toBe(dropped);
  });

  it('with bound 0 keeps about two mebibytes, in memory', async () => {
    const spool = open(0);
    spool.push(message('large', 5 * MIB));
    expect(drain(spool)).toEqual(['large']);
    for (let at = 0; at < 30; at++) spool.push(message(`e${at}`, 100_000));
    expect(spool.dropped).toBeGreaterThan(15);
    const dropped = spool.dropped;
    expect(spool.keep()).toBe(0);
    expect(spool.dropped).toBe(30);
    expect(dropped).toBeLessThan(30);
    expect(await readdir(root)).toEqual([]);
  });
});
