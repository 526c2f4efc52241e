import { describe, expect, it } from 'vitest';
import { crossCheck, readDecision, withRows } from './decisions.mjs';

const decision = (/** @type {string} */ file, /** @type {string} */ status) =>
  readDecision(file, `# ${Number(file.slice(0, 4))}. A title\n\nStatus: ${status}\n\nText\n`);

const decisions = (/** @type {Record<string, string>} */ statuses) =>
  Object.entries(statuses).map(([file, status]) => decision(file, status).decision);

describe('readDecision', () => {
  it('takes number, title, status and what the status names', () => {
    expect(decision('0007-x.md', 'accepted; amends [3](0003-a.md), [4](0004-b.md)')).toEqual({
      decision: {
        file: '0007-x.md',
        number: 7,
        title: 'A title',
        status: 'accepted; amends [3](0003-a.md), [4](0004-b.md)',
        relations: [
          { relation: 'amends', number: 3, file: '0003-a.md' },
          { relation: 'amends', number: 4, file: '0004-b.md' },
        ],
      },
      problems: [],
    });
  });
  it.each(['', 'proposed', 'amended by [3](0003-a.md)'])('wants a status, not %j', (status) => {
    expect(decision('0007-x.md', status).problems).toContain(
      "docs/decisions/0007-x.md: the third line must be 'Status: accepted' or 'Status: superseded by [N](file)'",
    );
  });
  it('knows no other words', () => {
    expect(decision('0007-x.md', 'accepted; like [3](0003-a.md)').problems).toEqual([
      "docs/decisions/0007-x.md: its status does not know 'like [3](0003-a.md)'",
    ]);
  });
  it('wants the same number in name and title', () => {
    expect(readDecision('0007-x.md', '# 8. A title\n\nStatus: accepted\n').problems).toHaveLength(
      1,
    );
  });
});

describe('crossCheck', () => {
  it('takes decisions that name each other', () => {
    const all = decisions({
      '0001-a.md': 'superseded by [2](0002-b.md)',
      '0002-b.md': 'accepted; supersedes [1](0001-a.md)',
    });
    expect(crossCheck(all)).toEqual([]);
  });
  it('wants both sides to say so', () => {
    const all = decisions({ '0001-a.md': 'superseded by [2](0002-b.md)', '0002-b.md': 'accepted' });
    expect(crossCheck(all)).toEqual([
      "docs/decisions/0002-b.md: its status must say 'supersedes [1](0001-a.md)'",
    ]);
  });
  it('finds a number used twice, and one that is not there', () => {
    const all = decisions({
      '0001-a.md': 'accepted; amends [9](0009-z.md)',
      '0001-b.md': 'accepted',
    });
    expect(crossCheck(all)).toEqual([
      'docs/decisions/0001-a.md: its status names 9 (0009-z.md), which is not there',
      'docs/decisions/0001-b.md: has the number of 0001-a.md',
    ]);
  });
});

describe('withRows', () => {
  it('writes title and status into the rows', () => {
    expect(
      withRows('## Mesh\n\n| [1](0001-a.md) | | |\n', decisions({ '0001-a.md': 'accepted' })),
    ).toEqual({ text: '## Mesh\n\n| [1](0001-a.md) | A title | accepted |\n', problems: [] });
  });
  it('names decisions without a row, rows without a decision, and a second row', () => {
    const row = '| [3](0003-c.md) | | |\n';
    expect(withRows(row + row, decisions({ '0001-a.md': 'accepted' })).problems).toEqual([
      "docs/decisions/README.md: '0003-c.md' is not there",
      "docs/decisions/README.md: '0003-c.md' has two rows",
      "docs/decisions/README.md: '0003-c.md' is not there",
      "docs/decisions/README.md: '0001-a.md' has no row; add it to the table of its topic",
    ]);
  });
});
