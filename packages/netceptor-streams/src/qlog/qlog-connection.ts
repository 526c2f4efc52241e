import type { QuicConnection, QuicEnd, QuicLosses } from '@receptorjs/quic-engine';
import type { QlogFile } from './qlog-file.js';

type State = 'attempted' | 'handshake_complete' | 'closing' | 'closed';

/** A connection that writes down what goes in and out of it, and what becomes of it. It alone writes its fields. */
export class QlogConnection implements QuicConnection {
  #state: State = 'attempted';
  #lost: QuicLosses = { datagrams: 0, bytes: 0 };

  constructor(
    private readonly quic: QuicConnection,
    private readonly file: QlogFile,
    engine: string,
  ) {
    file.event('connectivity:connection_started', { engine, scid: quic.localId.toString('hex') });
  }

  get established(): boolean {
    return this.quic.established;
  }

  get ended(): boolean {
    return this.quic.ended;
  }

  get closed(): boolean {
    return this.quic.closed;
  }

  get localId(): Buffer {
    return this.quic.localId;
  }

  get peerMaxDatagram(): number {
    return this.quic.peerMaxDatagram;
  }

  get readable(): boolean {
    return this.quic.readable;
  }

  losses(): QuicLosses {
    return this.quic.losses();
  }

  peerCertificates(): readonly Uint8Array[] {
    return this.quic.peerCertificates();
  }

  receive(datagram: Buffer): void {
    this.#datagram('received', datagram.length);
    this.quic.receive(datagram);
    this.#look();
  }

  send(room: Buffer): number {
    const length = this.quic.send(room);
    if (length > 0) this.#datagram('sent', length);
    this.#look();
    return length;
  }

  timeout(): number | undefined {
    return this.quic.timeout();
  }

  handleTimeout(): boolean {
    const waitedInVain = this.quic.handleTimeout();
    this.file.event('receptor:timeout', { waited_in_vain: waitedInVain });
    this.#look();
    return waitedInVain;
  }

  keepAlive(): void {
    this.quic.keepAlive();
  }

  read(room: Buffer): readonly [length: number, finished: boolean] | undefined {
    return this.quic.read(room);
  }

  write(chunk: Buffer, finish: boolean): number {
    return this.quic.write(chunk, finish);
  }

  cancel(code: number): void {
    this.file.event('receptor:stream_canceled', { code });
    this.quic.cancel(code);
  }

  streamDone(): boolean {
    return this.quic.streamDone();
  }

  close(code: number, reason: string): void {
    this.quic.close(code, reason);
    this.#look();
  }

  end(): QuicEnd | undefined {
    return this.quic.end();
  }

  release(): void {
    this.#look();
    this.quic.release();
    this.#enter('closed');
    this.file.end();
  }

  #datagram(which: 'sent' | 'received', length: number): void {
    this.file.event(`transport:datagrams_${which}`, { count: 1, raw: [{ length }] });
  }

  /** Notes what has changed. */
  #look(): void {
    const { quic, file } = this;
    if (this.#state === 'attempted' && quic.established) {
      this.#enter('handshake_complete');
      file.event('transport:parameters_set', {
        owner: 'remote',
        max_udp_payload_size: quic.peerMaxDatagram,
      });
    }
    const lost = quic.losses();
    if (lost.datagrams > this.#lost.datagrams) {
      file.event('receptor:losses', { datagrams: lost.datagrams, bytes: lost.bytes });
      this.#lost = lost;
    }
    if (quic.ended && this.#state !== 'closing' && this.#state !== 'closed') {
      this.#enter('closing');
      this.#sayEnd();
    }
    if (quic.closed) this.#enter('closed');
  }

  #sayEnd(): void {
    const end = this.quic.end();
    if (end === undefined) return;
    const { by, application, code, reason } = end;
    this.file.event('connectivity:connection_closed', {
      owner: by === 'peer' ? 'remote' : 'local',
      [application ? 'application_code' : 'connection_code']: code,
      reason,
      ...(by === 'timeout' ? { trigger: 'idle_timeout' } : {}),
    });
  }

  #enter(state: State): void {
    if (this.#state === state) return;
    this.file.event('connectivity:connection_state_updated', { old: this.#state, new: state });
    this.#state = state;
  }
}
