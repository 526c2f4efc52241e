import type { ControlClient } from '@receptorjs/control-client';
import { errorText } from '@receptorjs/primitives';
import { setTimeout as delay } from 'node:timers/promises';
import { printJson } from '../output/terminal.js';
import { hasColour, isSeen } from '../output/terminal-table.js';
import type { Session } from '../session.js';
import { Interruption } from '../verbs/interruption.js';
import { unitEventsOrPoll } from '../verbs/unit-events.js';
import { AlternateScreen } from './alternate-screen.js';
import { listenToKeys } from './keys.js';
import { NodeProbe } from './node-probe.js';
import { topFrame } from './top-frame.js';
import { topJson } from './top-json.js';
import { TopModel } from './top-model.js';

/** How often a node is looked at. */
export interface TopOptions {
  /** Whether it is shown once, as text. */
  readonly once?: boolean | undefined;
  /** Seconds between two looks. */
  readonly interval: number;
  readonly json?: boolean | undefined;
}

/** Running units whose stdout is asked for at each look: more than a terminal has rows, and not what a node has to work for. */
const MAX_ASKED = 100;
/** Units that have ended, in what is shown once. */
const ENDED_ONCE = 20;

/** Shows nodes, links, units and rates: on a terminal again and again until it is ended, elsewhere once. */
export async function top(session: Session, options: TopOptions): Promise<void> {
  const client = await session.connect();
  try {
    if (options.once || options.json || !isSeen()) await showOnce(client, options);
    else await showLive(client, options);
  } finally {
    client.close();
  }
}

/** Two looks, one interval apart. */
async function showOnce(client: ControlClient, { interval, json }: TopOptions): Promise<void> {
  const model = new TopModel();
  const probe = new NodeProbe(client);
  for (const waitMs of [0, interval * 1000]) {
    await delay(waitMs);
    const units = await client.workList();
    model.hear({ type: 'reset' });
    for (const [unitId, status] of units) model.hear({ type: 'unit', unitId, status });
    model.hear({ type: 'listed', cursor: '' });
    model.look(await probe.sample(units), Date.now());
  }
  const view = model.view();
  if (!view) return;
  if (json) printJson(topJson(view));
  else {
    const ended = view.units.filter(({ status }) => status.state >= 2);
    const units = view.units.slice(0, view.units.length - ended.length + ENDED_ONCE);
    const size = { columns: Infinity, rows: Infinity, colour: hasColour() };
    process.stdout.write(`${topFrame({ ...view, units }, size).join('\n')}\n`);
  }
}

async function showLive(client: ControlClient, { interval }: TopOptions): Promise<void> {
  const interruption = new Interruption(() => undefined);
  const quit = new AbortController();
  const signal = AbortSignal.any([interruption.signal, quit.signal]);
  const model = new TopModel();
  const probe = new NodeProbe(client);
  const screen = new AlternateScreen();
  const draw = (): void => {
    const view = model.view();
    const { columns, rows } = screen;
    if (view) screen.draw(topFrame(view, { columns, rows, colour: hasColour() }));
  };
  const keys = listenToKeys(() => {
    quit.abort();
  });
  const suspend = (): void => {
    screen.leave();
    keys.release();
    process.kill(process.pid, 'SIGSTOP');
  };
  const resume = (): void => {
    keys.take();
    screen.enter();
    draw();
  };
  const hearing = hearUnits(client, model, signal);
  process.on('SIGTSTP', suspend).on('SIGCONT', resume);
  process.stdout.on('resize', draw);
  try {
    for (;;) {
      await look(probe, model, signal);
      if (signal.aborted) break;
      screen.enter();
      draw();
      await delay(interval * 1000, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    quit.abort();
    process.off('SIGTSTP', suspend).off('SIGCONT', resume);
    process.stdout.off('resize', draw);
    keys.close();
    screen.leave();
    client.close();
    await hearing;
  }
  // a signal that has come ends the program here
  interruption.end();
}

/** Never rejects: whether the node can be reached is found out by looks at it. */
async function hearUnits(
  client: ControlClient,
  model: TopModel,
  signal: AbortSignal,
): Promise<void> {
  const options = { signal, lostTimeoutMs: Number.POSITIVE_INFINITY };
  try {
    for await (const event of unitEventsOrPoll(client, options)) model.hear(event);
  } catch (error) {
    if (!signal.aborted) model.lost(errorText(error), Date.now());
  }
}

async function look(probe: NodeProbe, model: TopModel, signal: AbortSignal): Promise<void> {
  try {
    model.look(await probe.look(model.running(MAX_ASKED), signal), Date.now());
  } catch (error) {
    model.lost(errorText(error), Date.now());
  }
}
