import { ControlClient } from '@receptorjs/control-client';
import { createInterface } from 'node:readline';
import { duplexPair, type Duplex } from 'node:stream';
import type { ControlTransport } from './control-transport.js';

/** Answers one request of a control connection. */
export type Answer = (request: Record<string, unknown>, stream: Duplex) => void;

/** A control service that answers as a test says, on connections of this process. */
export function transportTo(
  answer: Answer,
  connects: () => boolean = () => true,
): ControlTransport {
  const serve = (): Duplex => {
    const [here, there] = duplexPair();
    there.on('error', () => undefined);
    there.once('close', () => {
      if (!there.writableFinished) here.destroy(new Error('broken'));
    });
    there.write('Receptor Control, node far\n');
    createInterface(there).on('line', (line) => {
      if (line.startsWith('stdin-end ')) there.write('{"StdinEnd":"as asked"}\n');
      // What is no request is the stdin of a unit.
      else if (line.startsWith('{')) answer(JSON.parse(line) as Record<string, unknown>, there);
    });
    return here;
  };
  return {
    handsOn: false,
    connect: () =>
      connects()
        ? Promise.resolve(ControlClient.over(serve()))
        : Promise.reject(new Error('nobody is there')),
    isFinal: () => false,
    workTypes: () => Promise.resolve(['cat']),
    isReachable: () => Promise.resolve(true),
    onReachable: () => () => undefined,
    close: () => Promise.resolve(),
  };
}

/** The reply to a question for a unit's status. */
export function statusLine(state: number, size: number, detail = ''): string {
  return `${JSON.stringify({
    Detail: detail,
    ExtraData: null,
    State: state,
    StateName: '',
    StdoutSize: size,
    WorkType: 'cat',
  })}\n`;
}
