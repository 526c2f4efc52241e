import { isJsonObject, type JsonObject, type JsonValue } from '@receptorjs/control-protocol';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failure.js';
import { Interruption } from './interruption.js';
import { pingStatistics } from '../output/ping-statistics.js';
import type { Session } from '../session.js';
import { print, printError, printJson } from '../output/terminal.js';

interface JsonFlag {
  readonly json?: boolean | undefined;
}

export async function ping(
  session: Session,
  node: string,
  {
    count,
    delay: seconds,
    statistics,
    json,
  }: JsonFlag & { count: number; delay: number; statistics?: boolean },
): Promise<void> {
  const replies: JsonValue[] = [];
  const timesNs: number[] = [];
  const interruption = new Interruption(() => undefined);
  const { signal } = interruption;
  for (let sent = 0; sent < count && !signal.aborted; sent += 1) {
    const reply = await nextReply(session, node, { waitMs: sent > 0 ? seconds * 1000 : 0, signal });
    if (reply === undefined) break;
    replies.push(reply);
    const { Success, From, Time, TimeStr, Error: error } = reply;
    if (Success === true) timesNs.push(Number(Time));
    if (json) continue;
    if (Success === true) print(`Reply from ${text(From)} in ${text(TimeStr)}`);
    else if (From !== undefined && TimeStr !== undefined) {
      printError(`${text(error)} from ${text(From)} in ${text(TimeStr)}`);
    } else printError(text(error));
  }
  if (json) printJson(replies);
  // on stderr: scripts read the replies, and they get what the original prints
  else if (statistics ?? (process.stderr.isTTY || signal.aborted))
    process.stderr.write(`${pingStatistics(node, replies.length, timesNs)}\n`);
  // a signal that has come ends the program here
  interruption.end();
  if (timesNs.length < count) throw new Failure(2);
}

/** Waits and pings; nothing when it was interrupted. */
async function nextReply(
  session: Session,
  node: string,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
): Promise<JsonObject | undefined> {
  try {
    if (waitMs > 0) await delay(waitMs, undefined, { signal });
    return objectOf(await session.first.request({ command: 'ping', target: node }, { signal }));
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

export async function traceroute(
  session: Session,
  node: string,
  { json, exitZero }: JsonFlag & { readonly exitZero?: boolean | undefined },
): Promise<void> {
  const reply = await session.first.traceroute(node);
  const hops = Object.entries(reply).sort(([a], [b]) => Number(a) - Number(b));
  if (json) printJson(reply);
  for (const [number, hop] of json ? [] : hops) {
    const { From, TimeStr, Error: error } = objectOf(hop ?? null);
    if (error === undefined) print(`${number}: ${text(From)} in ${text(TimeStr)}`);
    else printError(`${number}: Error ${text(error)} from ${text(From)} in ${text(TimeStr)}`);
  }
  const arrived = hops.length > 0 && objectOf(hops.at(-1)?.[1] ?? null)['Error'] === undefined;
  if (!arrived && exitZero !== true) throw new Failure(1);
}

export async function reload(
  session: Session,
  { plan, json }: JsonFlag & { plan?: boolean },
): Promise<void> {
  if (plan) await refuseForeign(session);
  const reply = await session.first.reload({ plan: plan === true });
  const error = text(reply['Error']);
  if (json) printJson(reply);
  else if (isJsonObject(reply['Plan'] ?? null)) printPlan(objectOf(reply['Plan'] ?? null));
  if (reply['Success'] === true) {
    if (!json && !plan) print('Reload successful');
    return;
  }
  const code = error.includes('ERRORCODE 3') ? 3 : error.includes('ERRORCODE 4') ? 4 : 5;
  throw json ? new Failure(code) : new Failure(code, error);
}

/** A node that knows nothing of plans would carry the reload out. */
async function refuseForeign(session: Session): Promise<void> {
  const { Additions } = await session.first.status(['Additions']);
  if (Array.isArray(Additions) && Additions.includes('reload plan')) return;
  throw new Failure(1, 'this node can not tell what a reload would change');
}

function printPlan(plan: JsonObject): void {
  for (const [key, word] of [
    ['Close', 'close'],
    ['Open', 'open'],
    ['Change', 'change'],
    ['Keep', 'keep'],
  ] as const) {
    const actions = plan[key];
    if (!Array.isArray(actions)) continue;
    for (const action of actions as readonly JsonValue[])
      print(`${word.padEnd(6)} ${text(action)}`);
  }
}

export function version(session: Session, { json }: JsonFlag): void {
  const { own, node } = session.versions;
  if (json) {
    printJson({ receptorctl: own, receptor: node });
    return;
  }
  print(`receptorctl  ${own}`);
  print(`receptor     ${node}`);
}

/** Joins the terminal, or whatever stdin and stdout are, with a service until the service ends. */
export async function connect(
  session: Session,
  node: string,
  service: string,
  { raw, tlsClient }: { raw?: boolean; tlsClient?: string | undefined },
): Promise<void> {
  const stream = await session.first.connectService(node, service, { tlsClient });
  const { stdin, stdout } = process;
  const isRaw = raw === true && stdin.isTTY;
  if (isRaw) stdin.setRawMode(true);
  try {
    pipeline(stdin, stream).catch(() => undefined);
    await pipeline(stream, stdout, { end: false });
  } finally {
    if (isRaw) stdin.setRawMode(false);
    stdin.destroy();
    if (stdin.isTTY) print('');
  }
}

function objectOf(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
