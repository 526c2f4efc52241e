import { useEffect, useState, useSyncExternalStore } from 'react';
import type { RunType } from '../jobs/run-kinds.js';
import { OutputLines } from './output-lines.js';
import { OutputSource } from './output-source.js';

/** Where an output stands. */
export type OutputState = 'reading' | 'live' | 'complete';

/** The output of a run, followed while the page shows it. */
export function useOutput(
  type: RunType,
  id: string,
): { lines: OutputLines; source: OutputSource; state: OutputState; version: number } {
  const [source] = useState(() => new OutputSource(type, id, new OutputLines()));
  const [state, setState] = useState<OutputState>('reading');
  const { lines } = source;
  const version = useSyncExternalStore(lines.subscribe, lines.version);
  useEffect(() => {
    const reader = new OutputSource(type, id, lines);
    void reader
      .open(() => setState('complete'))
      .catch(() => undefined)
      .finally(() => setState((now) => (now === 'reading' ? 'live' : now)));
    return () => reader.close();
  }, [type, id, lines]);
  return { lines, source, state, version };
}
