import * as library from 'ws';

/** One frame, as the library writes it. */
export interface TestFrame {
  readonly payload: Buffer;
  /** 1 text, 2 binary, 8 close, 9 ping, 10 pong; 0 continues a message. */
  readonly opcode: number;
  /** Whether it is the last of its message. */
  readonly fin: boolean;
  readonly mask: boolean;
}

type Receiver = NodeJS.WritableStream & NodeJS.EventEmitter;
const { Receiver, Sender } = library as unknown as {
  Receiver: new (options: object) => Receiver;
  Sender: { frame: (payload: Buffer, options: object) => Buffer[] };
};

/** The bytes of a frame. */
export function frameBytes({ payload, ...options }: TestFrame): Buffer {
  return Buffer.concat(Sender.frame(Buffer.from(payload), { ...options, readOnly: false }));
}

/** What reads frames in the library. */
export function libraryReceiver(
  isServer: boolean,
  onMessage: (message: Buffer) => void,
  onControl: (frame: string) => void = () => undefined,
): Receiver {
  const receiver = new Receiver({
    isServer,
    allowSynchronousEvents: true,
    binaryType: 'nodebuffer',
    skipUTF8Validation: true,
  });
  receiver.on('message', (message: Buffer) => onMessage(Buffer.from(message)));
  receiver.on('ping', (payload: Buffer) => onControl(`ping ${payload.toString('latin1')}`));
  receiver.on('pong', (payload: Buffer) => onControl(`pong ${payload.toString('latin1')}`));
  receiver.on('error', (error: Error) => onControl(`error ${error.message}`));
  return receiver;
}
