import { stateName, UnitState, type WorkSubmission } from '@receptorjs/control-protocol';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WorkError } from './errors.js';
import type { Access } from './work-verbs.js';
import type { WorkType } from './work-type.js';
import { Workceptor } from './workceptor.js';

const local: Access = { transport: 'unix' };

/** A type as another package brings it: each unit ends as it starts, and says what it was found as. */
function noteType(verifySignature: WorkType['verifySignature'] = false): WorkType {
  return {
    workType: 'note',
    verifySignature,
    checkSubmission: ({ params }) => {
      if (params['note'] === undefined) throw new WorkError('rejected', 'no note');
      return { Note: params['note'] };
    },
    createUnit: (record, { log }) => ({
      record,
      signed: true,
      status: () => record.status,
      start: () => {
        record.update({ state: UnitState.Succeeded, detail: 'noted' });
        return Promise.resolve('Job Started');
      },
      recover: () => {
        log.info(`found ${record.id}`);
        return Promise.resolve();
      },
      cancel: () => Promise.resolve('done'),
      prepareRelease: () => Promise.resolve('done'),
      detach: () => undefined,
    }),
  };
}

/** The same type; what it finds ends at once. */
function endingType(): WorkType {
  const type = noteType();
  return {
    ...type,
    createUnit: (record, context) => ({
      ...type.createUnit(record, context),
      recover: () => {
        record.update({ state: UnitState.Failed, detail: 'found' });
        return Promise.resolve();
      },
    }),
  };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'work-type-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const lines: string[] = [];
function workceptor(): Workceptor {
  lines.length = 0;
  return new Workceptor({
    nodeId: 'near',
    dataDir: folder,
    log: {
      error: (line) => lines.push(line),
      warning: (line) => lines.push(line),
      info: (line) => lines.push(line),
      debug: () => undefined,
    },
  });
}

const submission = (params: Record<string, string>): WorkSubmission => ({
  node: 'near',
  workType: 'note',
  params,
  signWork: false,
});

async function* noInput(): AsyncGenerator<Uint8Array> {
  // its stdin is empty
}

it('checks, starts and takes up the units of a type that another package brings', async () => {
  const work = workceptor();
  work.registerWorkType(noteType());
  await work.start();
  await expect(work.submit(submission({}), local)).rejects.toThrow('no note');
  expect(await work.list()).toEqual([]);
  const unit = await work.submit(submission({ note: 'x' }), local);
  expect(await unit.start(noInput())).toBe('Job Started');
  const stored = {
    state: UnitState.Succeeded,
    detail: 'noted',
    workType: 'note',
    extraData: { Note: 'x' },
  };
  expect(await work.status(unit.unitId)).toMatchObject(stored);
  await work.close();

  const later = workceptor();
  await later.start();
  expect(await later.status(unit.unitId)).toMatchObject({ extraData: 'Unknown WorkType' });
  later.registerWorkType(noteType());
  expect(await later.status(unit.unitId)).toMatchObject(stored);
  expect(lines).toEqual([`found ${unit.unitId}`]);
  expect(await later.release(unit.unitId, { ...local, force: false })).toBe('done');
  await expect(later.status(unit.unitId)).rejects.toMatchObject({ code: 'unknown-unit' });
  await later.close();
});

it('asks for the signatures that the type asks for, or that its submissions do', async () => {
  const far: Access = { transport: 'mesh', from: 'far' };
  const unsigned = 'could not verify signature: signature is empty';
  const strict = workceptor();
  strict.registerWorkType(noteType(true));
  expect(strict.workCommands()).toEqual([{ workType: 'note', secure: true }]);
  await expect(strict.submit(submission({ note: 'x' }), far)).rejects.toThrow(unsigned);
  await strict.close();

  const each = workceptor();
  each.registerWorkType(noteType('as-submitted'));
  expect(each.workCommands()).toEqual([{ workType: 'note', secure: false }]);
  await expect(each.submit({ ...submission({ note: 'x' }), signWork: true }, far)).rejects.toThrow(
    unsigned,
  );
  const { unitId } = await each.submit(submission({ note: 'x' }), far);
  // its unit says that it is signed
  await expect(each.cancel(unitId, far)).rejects.toThrow(unsigned);
  expect(await each.cancel(unitId, local)).toBe('done');
  await each.close();
});

it('a unit whose type is gone is not open to others where work is verified', async () => {
  const far: Access = { transport: 'mesh', from: 'far' };
  const unsigned = 'could not verify signature: signature is empty';
  const work = workceptor();
  work.signatures.verifyWith([join(folder, 'key.pub')]);
  work.registerWorkType(noteType(true));
  await work.start();
  const { unitId } = await work.submit(submission({ note: 'x' }), local);
  work.removeType('note');
  await expect(work.cancel(unitId, far)).rejects.toThrow(unsigned);
  await work.close();
  const later = workceptor();
  later.signatures.verifyWith([join(folder, 'key.pub')]);
  await later.start();
  await expect(later.release(unitId, { ...far, force: true })).rejects.toThrow(unsigned);
  expect(await later.release(unitId, { ...local, force: false })).toBe('done');
  await later.close();

  // where nothing is verified, no type can have been
  const open = workceptor();
  open.registerWorkType(noteType());
  await open.start();
  const { unitId: plain } = await open.submit(submission({ note: 'x' }), far);
  open.removeType('note');
  expect(await open.release(plain, { ...far, force: false })).toBe('done');
  await open.close();
});

it('a caller that waits for a unit without a type hears of it once its type is there', async () => {
  const before = workceptor();
  before.registerWorkType(noteType());
  await before.start();
  const { unitId } = await before.submit(submission({ note: 'x' }), local);
  await before.close();
  const work = workceptor();
  await work.start();
  const watched = (await work.watch(unitId, AbortSignal.timeout(10_000)))[Symbol.asyncIterator]();
  expect(await watched.next()).toMatchObject({ value: { extraData: 'Unknown WorkType' } });
  const next = watched.next();
  work.registerWorkType(endingType());
  expect(await next).toMatchObject({ value: { state: UnitState.Failed, detail: 'found' } });
  await work.close();
});

it('refuses a name that is taken', () => {
  const work = workceptor();
  work.registerWorkType(noteType());
  for (const workType of ['note', 'remote']) {
    expect(() => {
      work.registerWorkType({ ...noteType(), workType });
    }).toThrow(`work type ${workType} already registered`);
  }
});

it('tells of each change of a unit, from its creation to its release', async () => {
  const work = workceptor();
  work.registerWorkType(noteType());
  await work.start();
  const heard: string[] = [];
  const stop = work.onUnitChange(({ record }) => {
    heard.push(record.released ? 'released' : stateName(record.status.state));
  });
  work.onUnitChange(() => {
    throw new Error('a listener that fails');
  });
  const unit = await work.submit(submission({ note: 'x' }), local);
  await unit.start(noInput());
  await work.release(unit.unitId, { ...local, force: false });
  expect([...new Set(heard)]).toEqual(['Pending', 'Succeeded', 'released']);
  expect(lines).toContain(`[${unit.unitId}] a listener that fails`);
  stop();
  await work.submit(submission({ note: 'y' }), local);
  expect(heard.at(-1)).toBe('released');
  await work.close();
});
