import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { meQuery } from '../api/session.js';
import { ResumableStream } from './resumable-stream.js';

/** How often lists are read anew at most, however much happens. */
const REST_MS = 1000;

/**
 * Keeps what is shown of jobs up to date while the page is open.
 *
 * @returns whether the controller is there
 */
export function useLiveJobs(): boolean {
  const client = useQueryClient();
  const [isConnected, setConnected] = useState(true);
  useEffect(() => {
    let timer: number | undefined;
    const refresh = (): void => {
      timer ??= window.setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: ['runs'] });
      }, REST_MS);
    };
    const stream = new ResumableStream('/api/v2/unified_jobs/stream/', {
      on: {
        open: () => undefined,
        reset: refresh,
        status_changed: refresh,
        summary: refresh,
        // whoever logged out elsewhere is told so
        denied: () => void client.invalidateQueries({ queryKey: meQuery.queryKey }),
      },
      onConnected: (now) => {
        setConnected(now);
        if (!now) void client.invalidateQueries({ queryKey: meQuery.queryKey });
      },
    });
    return () => {
      stream.close();
      window.clearTimeout(timer);
    };
  }, [client]);
  return isConnected;
}
