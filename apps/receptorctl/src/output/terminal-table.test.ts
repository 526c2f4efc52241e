import { describe, expect, it } from 'vitest';
import { statusOverview } from './status-overview.js';
import { tableLines } from './terminal-table.js';
import { lastOutputs, sizeText, unitTable } from './unit-table.js';

const unit = (fields: object) => ({
  Detail: 'exit status 0',
  State: 2,
  StateName: 'Succeeded',
  StdoutSize: 0,
  WorkType: 'cat',
  ExtraData: null,
  ...fields,
});

describe('tables for people', () => {
  it('have columns as wide as their widest cell, and colour only where it is wanted', () => {
    const rows = [
      ['a', { text: 'ok', style: 'green' as const }],
      ['long', 'x'],
    ];
    expect(tableLines(['One', 'Two'], rows, false)).toEqual(['ONE   TWO', 'a     ok', 'long  x']);
    expect(tableLines(['One', 'Two'], rows, true)[1]).toBe('a     \u001b[32mok\u001b[39m');
    expect(tableLines(['One'], [], true)).toEqual([]);
  });

  it('show units of work with their node, and steer no terminal', () => {
    const remote = { RemoteNode: 'far', RemoteWorkType: 'echo' };
    const units = {
      u1: unit({ StdoutSize: 2048 }),
      u2: unit({
        StateName: 'Failed',
        Detail: 'no\u001b[2J\nway',
        WorkType: 'remote',
        ExtraData: remote,
      }),
    };
    expect(unitTable(units, false)).toBe(
      'UNIT  STATE      WORK TYPE  NODE  OUTPUT   DETAIL\n' +
        'u1    Succeeded  cat        -     2.0 KiB  exit status 0\n' +
        'u2    Failed     echo       far   0 B      no\\u001b[2J way\n',
    );
    expect(unitTable({}, false)).toBe('No units of work.\n');
  });

  it('show the last output of failed units below', () => {
    const failed = unit({ StateName: 'Failed', LastOutput: 'one\n\u001b[2Jtwo' });
    expect(lastOutputs({ u1: unit({}), u2: failed })).toBe(
      '\nLast output of u2:\n  one\n  \\u001b[2Jtwo\n',
    );
    expect(lastOutputs({})).toBe('');
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [5 * 1024 ** 3, '5.0 GiB'],
  ])('%i bytes read %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });

  it('show the status of a node', () => {
    expect(
      statusOverview(
        {
          NodeID: 'near',
          Version: '1.0',
          SystemCPUCount: 2,
          SystemMemoryMiB: 100,
          Connections: [{ NodeID: 'hop', Cost: 1 }],
          RTT: { hop: 1_500_000 },
          RoutingTable: { far: 'hop', hop: 'hop' },
          KnownConnectionCosts: { far: { hop: 1 }, hop: { far: 1, near: 1 }, near: { hop: 1 } },
          Advertisements: [
            {
              NodeID: 'far',
              Service: 'control',
              ConnType: 2,
              Time: '2026-01-01T00:00:00Z',
              Tags: { type: 'Control Service' },
              WorkCommands: [{ WorkType: 'cat', Secure: true }],
            },
          ],
        },
        false,
      ),
    ).toBe(
      'near  receptor 1.0, 2 CPUs, 100 MiB\n\n' +
        'LINK  COST  ROUND TRIP\nhop   1     1.5ms\n\n' +
        'NODE  VIA     ITS LINKS (COST)\nfar   hop     hop (1)\nhop   linked  far (1), near (1)\n\n' +
        'NODE  SERVICE  KIND         TYPE             WORK\n' +
        'far   control  stream, TLS  Control Service  cat (signed)\n',
    );
  });
});
