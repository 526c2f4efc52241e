import { afterAll, beforeAll, describe } from 'vitest';
import type { QuicEngine } from '@receptorjs/quic-engine';
import { handshakeCases } from './handshake-cases.js';
import { hostileCases } from './hostile-cases.js';
import { TestIdentities } from './identities.js';
import { lifetimeCases } from './lifetime-cases.js';
import { streamCases } from './stream-cases.js';
import { pathCases } from './path-cases.js';
import type { EngineTraits, Subject } from './subject.js';

/**
 * Describes the tests of one engine.
 *
 * @param explainsChains - Whether it tells the peer in words why its own check of a chain failed; all tell by the alert.
 * @param endsChainsAnywhere - Whether chains of optional client certificates may end at a CA that is no root.
 */
export function describeEngine(
  name: string,
  load: Subject['load'],
  { explainsChains, endsChainsAnywhere, short = false }: EngineTraits,
): void {
  describe(`QUIC engine ${name}`, () => {
    let identities: TestIdentities | undefined;
    let engine: QuicEngine | undefined;
    beforeAll(async () => {
      identities = new TestIdentities();
      // Making RSA keys takes long on a busy machine.
      for (const name of ['far', 'near']) identities.issue(name);
      engine = await load();
    }, 60_000);
    afterAll(() => identities?.remove());
    const subject: Subject = {
      load,
      short,
      explainsChains,
      endsChainsAnywhere,
      get identities() {
        return loaded(identities);
      },
      get engine() {
        return loaded(engine);
      },
    };
    describe('handshake', () => handshakeCases(subject));
    describe('stream', () => streamCases(subject));
    describe('path', () => pathCases(subject));
    describe('hostile peer', () => hostileCases(subject));
    describe('lifetime', () => lifetimeCases(subject));
  });
}

function loaded<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('not before the tests run');
  return thing;
}
