import { describe, expect, it } from 'vitest';
import { describeAction } from '../action-facts.js';
import { planReload } from './reload.js';
import { actionsIn, actionsOf } from '../file/test-files.js';

const line = (text: string) => actionsOf(...text.split(' ').filter(Boolean));

function plan(before: string, after: string) {
  const { opened, closed, applied, kept, refused, refusal } = planReload(line(before), line(after));
  return {
    opened: opened.map(describeAction),
    closed: closed.map(describeAction),
    applied: applied.map(({ before: old, after: next }) =>
      [old, next].map((each) => each && describeAction(each)),
    ),
    kept: kept.map(describeAction),
    refused: refused.map(({ action, change }) => `${describeAction(action)} ${change}`),
    refusal: refusal?.message,
  };
}
const nothing = { opened: [], closed: [], applied: [], kept: [], refused: [], refusal: undefined };
const client = '--tls-client name=c cert= key=';

describe('planReload', () => {
  it('keeps what is the same however it is written', () => {
    const before = actionsIn(
      '- node: a\n- tcp-listener: {port: 1, nodecost: {x: 2, y: 3}}\n- tcp-peer: "h:1" # one\n',
    );
    const after = actionsIn(
      "- tcp-peer:\n    redial: true\n    address: 'h:1'\n- tcp-listener:\n    nodecost: {y: 3.0, x: 2}\n    port: 0x1\n- node: {id: a}\n",
    );
    const made = planReload(before, after);
    expect(made).toMatchObject({ ...nothing, kept: before });
    expect(made.kept[0]).toBe(before[0]);
  });

  it('keeps a node whose default tls-client changes: it is looked up when it is used', () => {
    expect(
      plan(`--node id=a tlsclient=c ${client}`, `--node id=a tlsclient=c ${client} mintls13=true`),
    ).toEqual({
      ...nothing,
      opened: ['tls-client c'],
      closed: ['tls-client c'],
      kept: ['node a'],
    });
  });

  it('opens what is new, closes what is gone, and both for what changed', () => {
    expect(
      plan(
        '--node a --tcp-peer h:1 --tcp-peer h:2 --udp-listener 7 --work-command worktype=w command=x',
        '--node a --tcp-peer h:2 --tcp-peer h:3 --udp-listener 7 cost=2 --work-command worktype=w command=y',
      ),
    ).toEqual({
      ...nothing,
      opened: ['tcp-peer h:3', 'udp-listener 0.0.0.0:7', 'work-command w'],
      closed: ['tcp-peer h:1', 'udp-listener 0.0.0.0:7', 'work-command w'],
      kept: ['node a', 'tcp-peer h:2'],
    });
  });

  it('counts the same action as often as it stands', () => {
    expect(plan('--tcp-peer h:1 --tcp-peer h:1', '--tcp-peer h:1')).toEqual({
      ...nothing,
      kept: ['tcp-peer h:1'],
      closed: ['tcp-peer h:1'],
    });
  });

  it('applies settings in place', () => {
    expect(
      plan(
        '--node id=a --log-level debug --local-only',
        '--node id=a maxunitdisk=9 retentionage=1h firewallrules=[{"action":"drop"}] --log-level info',
      ),
    ).toEqual({
      ...nothing,
      applied: [
        ['node a', 'node a'],
        ['log-level debug', 'log-level info'],
        ['local-only', undefined],
      ],
    });
  });

  it('reopens what uses a TLS configuration that changed, and nothing else', () => {
    expect(
      plan(
        `${client} --tcp-peer h:1 tls=c --tcp-peer h:2`,
        `${client} mintls13=true --tcp-peer h:1 tls=c --tcp-peer h:2`,
      ),
    ).toEqual({
      ...nothing,
      opened: ['tls-client c', 'tcp-peer h:1'],
      closed: ['tls-client c', 'tcp-peer h:1'],
      kept: ['tcp-peer h:2'],
    });
    expect(
      plan(
        '--ws-peer wss://h --ws-peer ws://h',
        '--ws-peer wss://h --ws-peer ws://h --tls-client name=default cert= key=',
      ),
    ).toMatchObject({ closed: ['ws-peer wss://h'], kept: ['ws-peer ws://h'] });
  });

  it('exchanges the keys that sign and verify', () => {
    const before = '--node a --work-signing privatekey=k --work-verification k';
    const after = '--node a --work-signing privatekey=l --work-verification publickey=["k","l"]';
    expect(plan(before, after)).toMatchObject({
      closed: ['work-signing k', 'work-verification k'],
      opened: ['work-signing l', 'work-verification k l'],
      refusal: undefined,
    });
  });

  it('refuses what is fixed, by name and with the texts of the original', () => {
    expect(plan('--node a --control-service service=c', '--node b --trace')).toMatchObject({
      opened: [],
      refused: ['node b modified', 'trace added', 'control-service c removed'],
      refusal: expect.stringMatching(
        /^a non-reloadable config action 'node' was modified or added\. Must restart receptor for these changes to take effect \(node b was modified: .*; trace was added: .*; control-service c was removed: /,
      ) as unknown,
    });
    expect(plan('--node a --trace', '--node a').refusal).toMatch(
      /^a non-reloadable config action 'trace' was removed\. Must restart receptor for changes to take effect/,
    );
    const server = '--tls-server name=s cert=c key=k';
    const control = '--control-service tls=s';
    expect(plan(`${server} ${control}`, `${server} mintls13=yes ${control}`)).toMatchObject({
      refused: ['control-service control modified'],
    });
  });

  it('D8: a refused plan names all that is wrong before anything is closed', () => {
    const { closed, refusal } = planReload(line('--node a --tcp-peer h:1'), line('--node b'));
    expect(closed).toHaveLength(1);
    expect(refusal?.code).toBe('config-not-reloadable');
  });

  it('D9: a refusal leaves no marks: the next plan sees a removal as if it were the first', () => {
    const before = line('--node a --trace');
    expect(planReload(before, line('--node b --trace')).refusal).toBeDefined();
    expect(planReload(before, line('--node a')).refusal?.message).toMatch(/'trace' was removed/);
    expect(planReload(before, before).refusal).toBeUndefined();
  });
});
