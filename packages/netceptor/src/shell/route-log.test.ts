import { expect, it } from 'vitest';
import { silentLogger } from '@receptorjs/primitives';
import { RouteLog } from './route-log.js';

const route = (nodeId: string, via?: string) => ({ type: 'route', nodeId, via }) as const;

it('writes what has changed, one line each, and counts where there is much', () => {
  const lines: string[] = [];
  const log = new RouteLog({ ...silentLogger, info: (line) => void lines.push(line) });
  log.note(route('far\n', 'b'));
  log.note(route('c'));
  log.flush(0);
  expect(lines.splice(0)).toEqual(['Route to far\\u000a via b', 'No route to c']);
  for (let at = 0; at < 5000; at++) log.note(route(`n${at}`, 'b'));
  log.flush(0);
  expect(lines).toHaveLength(11);
  expect(lines.splice(0).at(-1)).toBe('and 4990 more routes have changed');
  log.flush(0);
  expect(lines).toEqual([]);
  for (let turn = 0; turn < 1000; turn++) {
    for (let at = 0; at < 100; at++) log.note(route(`n${at}`, 'b'));
    log.flush(turn);
  }
  expect(lines.length).toBeLessThan(350);
  lines.length = 0;
  log.note(route('x', 'b'));
  log.flush(10_000);
  expect(lines).toEqual([
    'Route to x via b',
    'Routes have changed 972 times more since the last line',
  ]);
});

it('makes no line where none is written', () => {
  let names = 0;
  const log = new RouteLog({ ...silentLogger, enabled: () => false, info: () => (names += 1) });
  log.note({
    type: 'route',
    via: 'b',
    get nodeId() {
      names++;
      return 'n';
    },
  });
  log.flush(0);
  expect(names).toBe(0);
});
