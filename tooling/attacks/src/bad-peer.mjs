import { once } from 'node:events';
import { connect } from 'node:net';
import { roomIn } from './room.mjs';

/** What the first byte of a message says. */
const ROUTING_UPDATE = 1;

/** A peer that writes what it likes into its link. It alone writes its fields. */
export class BadPeer {
  #socket;
  #sequence = 0;
  #epoch = Math.floor(Date.now() / 1000) * 2 ** 20;

  /** @param {import('node:net').Socket} socket @param {string} id */
  constructor(socket, id) {
    this.#socket = socket;
    this.id = id;
    this.isClosed = false;
    socket.on('error', () => undefined);
    socket.on('close', () => (this.isClosed = true));
    socket.resume();
  }

  /** @param {number} port of a tcp-listener @param {string} id as which node it says hello */
  static async connect(port, id) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const peer = new BadPeer(socket, id);
    peer.say(id, ['hub']);
    return peer;
  }

  /** A routing update of any node. @param {string} node @param {readonly string[]} links */
  say(node, links) {
    this.#sequence += 1;
    const update = {
      NodeID: node,
      UpdateID: `${this.id}${this.#sequence}`.slice(-8).padStart(8, 'x'),
      UpdateEpoch: this.#epoch,
      UpdateSequence: this.#sequence,
      Connections: Object.fromEntries(links.map((link) => [link, 1])),
      ForwardingNode: this.id,
      SuspectedDuplicate: 0,
    };
    const json = Buffer.from(JSON.stringify(update));
    const frame = Buffer.alloc(3 + json.length);
    frame.writeUInt16LE(1 + json.length, 0);
    frame[2] = ROUTING_UPDATE;
    json.copy(frame, 3);
    return this.write(frame);
  }

  /** Bytes as they are; resolves when there is room for more, or the link is closed. */
  async write(/** @type {Uint8Array} */ bytes) {
    if (this.isClosed || this.#socket.destroyed) return;
    if (this.#socket.write(bytes)) return;
    await roomIn(this.#socket);
  }

  leave() {
    this.#socket.destroy();
  }
}
