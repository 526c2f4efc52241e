import { MeshNode } from '@receptorjs/netceptor';
import { configure, type Action } from '@receptorjs/receptor-config';
import type { RoomLimits } from '@receptorjs/workceptor';
import { afterEach, expect, it } from 'vitest';
import type { Daemon } from './daemon.js';
import { lineLog } from './log/log.js';
import type { PartContext } from './parts/part.js';
import { Reloader } from './reload.js';
import type { Notice } from './runner-work.js';
import { RunningParts } from './running-parts.js';
import { TlsConfigs } from './tls-configs.js';

let node: MeshNode;
afterEach(() => node.close());

/** @param words Names of work types, and words of a command line: fields of the node, further actions. */
const actionsOf = (...words: string[]): readonly Action[] => {
  const types = words.filter((word) => /^[a-d]$/.test(word));
  const work = types.flatMap((name) => ['--work-command', `worktype=${name}`, 'command=x']);
  const others = words.filter((word) => !types.includes(word));
  const configuration = configure(['--local-only', '--node', 'id=near', ...others, ...work]);
  return configuration.help ? [] : configuration.actions;
};

/** A daemon with work types only, some of which can't be registered. */
async function running(...workTypes: string[]) {
  const lines: string[] = [];
  const log = lineLog('info', (line) => lines.push(line));
  node = new MeshNode({ nodeId: 'near', log });
  const registered = new Set<string>();
  const refused = new Set<string>();
  const rooms: RoomLimits[] = [];
  const signing: unknown[] = [];
  const work = {
    registerWorkType: ({ workType }: { workType: string }) => {
      if (refused.has(workType)) throw new Error(`${workType} is refused`);
      registered.add(workType);
    },
    removeType: (workType: string) => registered.delete(workType),
    signatures: { signWith: (options: unknown) => signing.push(options) },
    setRoom: (room: RoomLimits) => rooms.push(room),
  };
  const tls = new TlsConfigs('near', log);
  const parts = new RunningParts({ node, work, tls, log } as unknown as PartContext);
  let actions = actionsOf(...workTypes);
  const notices: Notice[] = [];
  await parts.open(actions);
  const daemon = { parts, tls, node, work, announceWork: () => undefined } as unknown as Daemon;
  const reloader = new Reloader(Promise.resolve(daemon), {
    offers: { actions, notices: [] },
    read: () => ({ actions, notices: notices.splice(0) }),
    hostname: 'near',
    log,
  });
  const reload = (...after: string[]) => {
    actions = actionsOf(...after);
    return reloader.reload({ planOnly: false });
  };
  return { reload, registered, refused, lines, notices, rooms, signing };
}

it('D8: after a failure everything runs that ran before', async () => {
  const { reload, registered, refused } = await running('a', 'b');
  refused.add('d');
  expect(await reload('b', 'c', 'd')).toEqual({
    success: false,
    error: 'd is refused ERRORCODE 4',
  });
  expect([...registered].sort()).toEqual(['a', 'b']);
});

it('D8: what could not be started again is started by the next reload', async () => {
  const { reload, registered, refused, lines } = await running('a', 'b');
  refused.add('d').add('a');
  expect(await reload('d')).toMatchObject({ success: false });
  expect([...registered]).toEqual(['b']);
  expect(lines.join('')).toContain('Could not be started again: a is refused');
  refused.clear();
  expect(await reload('a', 'b')).toMatchObject({
    success: true,
    changes: { opened: ['work-command a'], closed: [] },
  });
  expect([...registered].sort()).toEqual(['a', 'b']);
});

it('changes settings in place', async () => {
  const { reload } = await running('a');
  expect(await reload('a', '--log-level', 'debug')).toMatchObject({
    changes: { opened: ['log-level debug'], closed: [], changed: [] },
  });
  expect(await reload('a', '--log-level', 'info')).toMatchObject({
    changes: { opened: [], closed: [], changed: ['log-level info'] },
  });
});

it('changes how much units may have in place', async () => {
  const { reload, rooms, lines } = await running('a');
  const limits = ['maxunitdisk=5', 'retentionage=2h', 'retentioncount=9'];
  expect(await reload('a', ...limits)).toMatchObject({
    success: true,
    changes: { changed: ['node near'] },
  });
  const kept = actionsOf('a').length - 1;
  expect(lines.join('')).toContain(
    `Configuration reloaded: 0 closed, 0 opened, 1 changed, ${kept} kept\n`,
  );
  expect(rooms).toEqual([
    {
      maxUnitBytes: 5 * 2 ** 20,
      retention: { maxAgeMs: 7_200_000, maxCount: 9, maxBytes: undefined },
    },
  ]);
});

it('fails for a key file that holds another key, and nothing has changed', async () => {
  const { reload, registered, signing } = await running('a');
  const key = ['--work-signing', `privatekey=${import.meta.filename}`];
  expect(await reload('b', ...key)).toEqual({
    success: false,
    error: expect.stringMatching(
      /reload\.test\.ts: failed to decode PEM block; expected is one RSA private key, PEM .* ERRORCODE 4$/,
    ) as string,
  });
  expect([...registered]).toEqual(['a']);
  expect(signing).toEqual([]);
});

it('says what is offered or open now and was not before, when the reload has succeeded', async () => {
  const { reload, lines, notices, refused } = await running('a');
  const warning = { level: 'warning', text: 'open' } as const;
  refused.add('d');
  notices.push(warning);
  await reload('d');
  expect(lines.join('')).not.toContain('WARNING');
  for (let round = 0; round < 2; round += 1) {
    notices.push(warning);
    await reload('a');
  }
  expect(lines.filter((line) => /^WARNING .* open\n$/.test(line))).toHaveLength(1);
});
