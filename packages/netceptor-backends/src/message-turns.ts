/** For how long messages are taken before all else has its turn, in milliseconds. */
const TURN_MS = 5;
/** The clock is looked at once in so many messages, a power of two: data takes a fraction of a microsecond each. */
const MESSAGES_A_LOOK = 16;

/** What the messages come from. */
export interface MessageSource {
  /** The most bytes that wait; beyond, messages are dropped. */
  readonly maxWaitingBytes: number;
  /** The most that wait of one peer. Default: all. */
  readonly maxWaitingOfPeer?: number;
  /** Called when messages begin to wait, and when none waits any more. */
  readonly pause?: () => void;
  readonly resume?: () => void;
}

/**
 * Takes messages that a library hands over one by one in turns: what comes of one read may be many that cost something, and
 * while they are taken no other peer is heard. Those beyond a turn wait for the next. It alone writes its fields.
 */
export class MessageTurns {
  readonly #source: MessageSource;
  readonly #waiting: {
    readonly bytes: number;
    readonly peer: string;
    readonly take: () => void;
  }[] = [];
  #waitingBytes = 0;
  readonly #waitingOfPeer = new Map<string, number>();
  #messages = 0;
  #inTurn = false;
  #endsAt = 0;

  constructor(source: MessageSource) {
    this.#source = source;
  }

  /** Whether the next message may be taken now; otherwise it is to be given to {@link wait}. */
  mayTake(): boolean {
    if (this.#waiting.length > 0) return false;
    if (!this.#inTurn) this.#begin();
    return !this.#isOver();
  }

  /**
   * Has a message taken in a later turn, in the order in which they came; drops it where too much waits.
   *
   * @param peer - What it has come from, where that is several.
   */
  wait(bytes: number, take: () => void, peer = ''): void {
    const { maxWaitingBytes, maxWaitingOfPeer = maxWaitingBytes } = this.#source;
    const ofPeer = (this.#waitingOfPeer.get(peer) ?? 0) + bytes;
    if (this.#waitingBytes + bytes > maxWaitingBytes || ofPeer > maxWaitingOfPeer) return;
    this.#waitingBytes += bytes;
    this.#waitingOfPeer.set(peer, ofPeer);
    if (this.#waiting.push({ bytes, peer, take }) > 1) return;
    this.#source.pause?.();
    setImmediate(this.#takeWaiting);
  }

  #begin(): void {
    this.#inTurn = true;
    this.#endsAt = performance.now() + TURN_MS;
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    this.#inTurn = false;
  };

  readonly #takeWaiting = (): void => {
    this.#endsAt = performance.now() + TURN_MS;
    let taken = 0;
    for (const { bytes, peer, take } of this.#waiting) {
      if (taken > 0 && this.#isOver()) break;
      taken++;
      this.#waitingBytes -= bytes;
      const ofPeer = (this.#waitingOfPeer.get(peer) ?? 0) - bytes;
      if (ofPeer > 0) this.#waitingOfPeer.set(peer, ofPeer);
      else this.#waitingOfPeer.delete(peer);
      take();
    }
    this.#waiting.splice(0, taken);
    if (this.#waiting.length > 0) setImmediate(this.#takeWaiting);
    else this.#source.resume?.();
  };

  #isOver(): boolean {
    return (++this.#messages & (MESSAGES_A_LOOK - 1)) === 0 && performance.now() > this.#endsAt;
  }
}
