import { reportedStatus, UnitState, type UnitEvent } from '@receptorjs/control-protocol';
import { expect, it } from 'vitest';
import { News } from './watch-all.js';

const unit = (unitId: string, state: UnitState, detail: string): UnitEvent => ({
  type: 'unit',
  unitId,
  status: reportedStatus({ state, detail, stdoutSize: 0n, workType: 'cat', extraData: null }),
});

it('says after a restart what has changed, and what is gone, and nothing twice', () => {
  const news = new News();
  const lines = (event: UnitEvent): readonly string[] => news.of(event).lines;
  expect(lines({ type: 'reset' })).toEqual([]);
  expect(lines(unit('a', UnitState.Running, 'Running: PID 1'))).toEqual([
    'a  Running  Running: PID 1',
  ]);
  lines(unit('b', UnitState.Succeeded, 'exit status 0'));
  lines(unit('c', UnitState.Succeeded, 'exit status 0'));
  expect(lines({ type: 'listed', cursor: 'e-3' })).toEqual([]);
  expect(lines({ type: 'released', unitId: 'c' })).toEqual(['c  Released']);

  news.disconnected();
  expect(news.of({ type: 'reset' })).toEqual({
    lines: [],
    notice: 'Connected again, to a node that was started anew: what has changed meanwhile follows',
  });
  expect(lines(unit('a', UnitState.Failed, 'exit status 1'))).toEqual(['a  Failed  exit status 1']);
  expect(lines({ type: 'listed', cursor: 'f-1' })).toEqual(['b  Released']);

  news.disconnected();
  expect(news.of({ type: 'resumed', cursor: 'f-1' })).toEqual({
    lines: [],
    notice: 'Connected again; nothing was missed',
  });
  expect(news.of(unit('a', UnitState.Failed, 'exit status 1'))).toEqual({ lines: [] });
});
