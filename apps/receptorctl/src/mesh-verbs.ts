import { isJsonObject, type JsonObject, type JsonValue } from '@receptorjs/control-client';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from './failure.js';
import { pingStatistics } from './ping-statistics.js';
import type { Session } from './session.js';
import { statusTable } from './status-table.js';
import { harmless, print, printError, printJson } from './terminal.js';

interface JsonFlag {
  readonly json?: boolean | undefined;
}

export async function status(session: Session, { json }: JsonFlag): Promise<void> {
  const reply = await session.first.status();
  if (json) printJson(reply);
  else process.stdout.write(harmless(statusTable(reply)));
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
  for (let sent = 0; sent < count; sent += 1) {
    if (sent > 0) await delay(seconds * 1000);
    const reply = objectOf(await session.first.request({ command: 'ping', target: node }));
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
  else if (statistics ?? process.stderr.isTTY)
    process.stderr.write(`${pingStatistics(node, count, timesNs)}\n`);
  if (timesNs.length < count) throw new Failure(2);
}

export async function traceroute(
  session: Session,
  node: string,
  { json }: JsonFlag,
): Promise<void> {
  const reply = await session.first.traceroute(node);
  if (json) {
    printJson(reply);
    return;
  }
  const hops = Object.entries(reply).sort(([a], [b]) => Number(a) - Number(b));
  for (const [number, hop] of hops) {
    const { From, TimeStr, Error: error } = objectOf(hop ?? null);
    if (error === undefined) print(`${number}: ${text(From)} in ${text(TimeStr)}`);
    else printError(`${number}: Error ${text(error)} from ${text(From)} in ${text(TimeStr)}`);
  }
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
