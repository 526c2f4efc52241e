import { EventPluginError } from '@receptorjs/runner-events';
import {
  encodeCommand,
  encodeFrame,
  encodeProperties,
  type Frame,
  type MechanismName,
} from './zmtp-codec.js';

/** What is said before messages flow, and how they are wrapped then. One for each connection. */
export interface Mechanism {
  readonly name: MechanismName;
  /** The first command. */
  begin(): Buffer;
  /**
   * Takes a command of the handshake.
   *
   * @returns the next command, or `undefined` when the handshake is complete
   * @throws {EventPluginError} when the far side can't be trusted or does not want us
   */
  next(command: { name: string; data: Buffer }): Buffer | undefined;
  /** The frame of a message or a command. */
  wrap(body: Buffer, kind: 'message' | 'command'): Buffer;
  /** @throws {EventPluginError} for a frame that was tampered with */
  unwrap(frame: Frame): Frame;
}

/** Makes the mechanism of a new connection. */
export type MakeMechanism = () => Mechanism;

/** What a PUSH socket says of itself. */
export const PROPERTIES = encodeProperties({ 'Socket-Type': 'PUSH', Identity: '' });

/** What no mechanism expects; ERROR carries a reason. */
export function unexpected(command: { name: string; data: Buffer }): EventPluginError {
  const reason = command.data
    .subarray(1)
    .toString('latin1')
    .replace(/[^ -~]/g, '?');
  return new EventPluginError(
    'unreachable',
    command.name === 'ERROR'
      ? `the far side refused the connection: ${reason || 'no reason'}`
      : `the far side sent ${JSON.stringify(command.name)} in the handshake`,
  );
}

/** No authentication. */
export const nullMechanism: MakeMechanism = () => ({
  name: 'NULL',
  begin: () => encodeFrame(encodeCommand('READY', PROPERTIES), 'command'),
  next: (command) => {
    if (command.name !== 'READY') throw unexpected(command);
    return undefined;
  },
  wrap: encodeFrame,
  unwrap: (frame) => frame,
});

/** User and password, in the clear. */
export function plainMechanism(username: string, password: string): MakeMechanism {
  const text = (value: string) => {
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  };
  return () => ({
    name: 'PLAIN',
    begin: () => encodeFrame(encodeCommand('HELLO', text(username), text(password)), 'command'),
    next: (command) => {
      if (command.name === 'READY') return undefined;
      if (command.name !== 'WELCOME') throw unexpected(command);
      return encodeFrame(encodeCommand('INITIATE', PROPERTIES), 'command');
    },
    wrap: encodeFrame,
    unwrap: (frame) => frame,
  });
}
