/** How messages become what a carrier writes. */
export interface Framing {
  /** The most bytes in front of a message. */
  readonly headerBytes: number;
  /** Whether each message is written by itself, rather than many in a row. */
  readonly isApart: boolean;
  /**
   * Makes a frame of the message `memory[start..end)`, in whose front there are {@link headerBytes} bytes of room; returns where the
   * frame begins.
   */
  frame(memory: Buffer, start: number, end: number): number;
}

/** A message as the frame that a carrier writes. */
export function framedBy(framing: Framing, message: Buffer): Buffer {
  const { headerBytes } = framing;
  if (headerBytes === 0) return message;
  const memory = Buffer.allocUnsafe(headerBytes + message.length);
  message.copy(memory, headerBytes);
  return memory.subarray(framing.frame(memory, headerBytes, memory.length));
}

/** Bare messages, for carriers that keep them apart by themselves. */
export const bare: Framing = { headerBytes: 0, isApart: true, frame: (_, start) => start };
