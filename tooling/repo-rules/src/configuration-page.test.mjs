import { describe, expect, it } from 'vitest';
import { configurationPage, wrongExamples } from './configuration-page.mjs';

const field = (more = {}) => ({
  help: 'What it is',
  allowed: 'text',
  bare: false,
  required: false,
  fallback: undefined,
  fallbackText: undefined,
  ...more,
});

const areas = [
  {
    title: 'The node',
    actions: {
      trace: { help: 'Log all', reload: 'fixed', v2: 'trace', singleton: true, fields: {} },
      'tcp-peer': {
        help: 'Link',
        reload: 'reopened',
        v2: 'tcp-peers',
        fields: {
          address: field({ allowed: 'a | b', bare: true, required: true }),
          redial: field({ fallback: true }),
          wait: field({ fallback: 21_000, fallbackText: '21s' }),
        },
      },
    },
  },
];

describe('configurationPage', () => {
  it('has every action with its fields, defaults and an example', () => {
    const [, page = ''] = configurationPage(areas).split('## The node\n');
    expect(page).toBe(`
### trace

Log all. *v2 key \`trace\` (one map); reload: fixed; at most once.*

Example: \`- trace\`

It has no fields.

### tcp-peer

Link. *v2 key \`tcp-peers\` (a list of maps); reload: reopened.*

Example: \`- tcp-peer: {address: "hop.example.org:2222", tls: mesh}\`

| Field | Allowed | Default | What it is |
| --- | --- | --- | --- |
| \`address\` | a \\| b |  | What it is; required; the key may be left out |
| \`redial\` | text | \`true\` | What it is |
| \`wait\` | text | \`21s\` | What it is |
`);
  });
});

describe('wrongExamples', () => {
  const good = { trace: '- trace', 'tcp-peer': '- tcp-peer: a' };
  const fine = () => undefined;

  it('takes one good example of each action', () => {
    expect(wrongExamples(areas, good, fine)).toEqual([]);
  });
  it('names actions without one, and examples of others', () => {
    const place = 'tooling/repo-rules/src/configuration-examples.mjs: ';
    expect(wrongExamples(areas, { trace: '- node', gone: '- gone' }, fine)).toEqual([
      `${place}that of 'trace' is of another action`,
      `${place}'tcp-peer' has no example`,
      `${place}there is no action 'gone'`,
    ]);
  });
  it('says what is wrong with one', () => {
    const refuse = () => {
      throw new Error('no such field');
    };
    expect(wrongExamples(areas, good, refuse)).toContain(
      "tooling/repo-rules/src/configuration-examples.mjs: that of 'trace': no such field",
    );
  });
});
