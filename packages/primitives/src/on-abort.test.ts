import { expect, it, vi } from 'vitest';
import { onAbort } from './on-abort.js';

it('calls once when the signal fires, at once where it has fired', () => {
  const listener = vi.fn();
  const controller = new AbortController();
  onAbort(controller.signal, listener);
  expect(listener).not.toHaveBeenCalled();
  controller.abort();
  expect(listener).toHaveBeenCalledOnce();
  onAbort(controller.signal, listener);
  expect(listener).toHaveBeenCalledTimes(2);
});

it('calls no more when it was taken away, and never without a signal', () => {
  const listener = vi.fn();
  const controller = new AbortController();
  onAbort(controller.signal, listener)();
  onAbort(undefined, listener)();
  controller.abort();
  expect(listener).not.toHaveBeenCalled();
});
