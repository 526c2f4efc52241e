import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { ShownOutput } from './shown-output.js';

class Sink extends EventEmitter {
  readonly written: string[] = [];
  ready = true;

  write(text: string): boolean {
    this.written.push(text);
    return this.ready;
  }
}

it('waits for a slow sink, and leaves no listener behind', async () => {
  const sink = new Sink();
  const shown = new ShownOutput(sink);
  expect(shown.show('a')).toBeUndefined();
  sink.ready = false;
  const waiting = shown.show('b');
  sink.emit('drain');
  await waiting;
  expect(sink.eventNames()).toEqual([]);
  expect(sink.written).toEqual(['a', 'b']);
});

it.each(['close', 'error'])('goes on without a sink that answers with %s', async (event) => {
  const sink = new Sink();
  sink.ready = false;
  const shown = new ShownOutput(sink);
  const waiting = shown.show('a');
  sink.emit(event);
  await waiting;
  expect(shown.show('b')).toBeUndefined();
  expect(sink.written).toEqual(['a']);
  expect(sink.eventNames()).toEqual([]);
});

it('goes on without a sink that was destroyed long ago', async () => {
  const sink = new PassThrough();
  sink.destroy();
  await once(sink, 'close');
  expect(new ShownOutput(sink).show('a')).toBeUndefined();
});
