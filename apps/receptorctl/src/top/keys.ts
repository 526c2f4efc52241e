/** What keys of a terminal mean while nothing of them is shown. */
export interface Keys {
  /** Gives the terminal its own mode, for the shell while this program is stopped. */
  release(): void;
  /** Takes it again, whatever mode the shell has left it in. */
  take(): void;
  close(): void;
}

/** `q` and Ctrl-D end, Ctrl-C and Ctrl-Z are signals as ever, any other key does nothing. Without a terminal there are none. */
export function listenToKeys(onQuit: () => void, input: NodeJS.ReadStream = process.stdin): Keys {
  if (!input.isTTY) {
    const nothing = (): void => undefined;
    return { release: nothing, take: nothing, close: nothing };
  }
  const hear = (keys: Buffer): void => {
    for (const key of keys.toString()) {
      if (key === 'q' || key === 'Q' || key === '\u0004') onQuit();
      else if (key === '\u0003') process.kill(process.pid, 'SIGINT');
      else if (key === '\u001a') process.kill(process.pid, 'SIGTSTP');
    }
  };
  const release = (): void => void input.setRawMode(false);
  input.setRawMode(true);
  input.on('data', hear);
  return {
    release,
    take: () => {
      // a mode that it believes to be set is not set again
      release();
      input.setRawMode(true);
    },
    close: () => {
      input.off('data', hear);
      release();
      input.pause();
    },
  };
}
