import { isJsonObject, type JsonObject, type JsonValue } from '@receptorjs/control-protocol';
import { Failure } from '../failure.js';
import type { Session } from '../session.js';
import { harmless, printJson } from '../output/terminal.js';
import { hasColour, paint, type Style } from '../output/terminal-table.js';

const styles: Readonly<Record<string, Style>> = {
  ok: 'green',
  warning: 'yellow',
  failed: 'red',
  unknown: 'dim',
};

/** Which service of the node, and with which TLS client configuration of the node spoken to. */
export interface ExplainOptions {
  readonly service?: string | undefined;
  readonly tlsClient?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Prints why the node spoken to can or can't open a stream to another; exit code 0 only when it could. */
export async function explain(
  session: Session,
  node: string,
  { service, tlsClient, json }: ExplainOptions,
): Promise<void> {
  const reply = objectOf(
    await session.first.request({
      command: 'explain',
      target: node,
      service,
      tls: tlsClient,
    }),
  );
  if (json) printJson(reply);
  else process.stdout.write(explanationTable(reply, hasColour()));
  if (reply['Open'] !== true) throw new Failure(1);
}

/** The findings of an explanation, a line each, and what they come to. */
export function explanationTable(reply: JsonObject, colour = false): string {
  const findings = listOf(reply['Findings']).map((finding) => {
    const { Subject, State, Text } = objectOf(finding);
    return [text(Subject), text(State), text(Text)] as const;
  });
  const [subjects, states] = [0, 1].map((column) =>
    findings.reduce((widest, finding) => Math.max(widest, (finding[column] ?? '').length), 0),
  );
  const [from, to, service] = [reply['From'], reply['Node'], reply['Service']].map(text);
  const end =
    reply['Open'] === true
      ? `${from} can open a stream to ${service} of ${to}.`
      : `${from} can not open a stream to ${service} of ${to}.`;
  return [
    ...findings.map(([subject, state, words]) => {
      const style = styles[state];
      const padded = state.padEnd(states ?? 0);
      const shown = style === undefined ? padded : paint({ text: padded, style }, colour);
      return `${subject.padEnd(subjects ?? 0)}  ${shown}  ${words}`.trimEnd();
    }),
    '',
    end,
    '',
  ].join('\n');
}

function objectOf(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? harmless(value) : '';
}
