/** What keys of a terminal mean while nothing of them is shown. */
export interface Keys {
  close(): void;
}

/** `q` and Ctrl-D end, Ctrl-C and Ctrl-Z are signals as ever, any other key does nothing. Without a terminal there are none. */
export function listenToKeys(onQuit: () => void, input: NodeJS.ReadStream = process.stdin): Keys {
  if (!input.isTTY) return { close: () => undefined };
  const hear = (keys: Buffer): void => {
    for (const key of keys.toString()) {
      if (key === 'q' || key === 'Q' || key === '\u0004') onQuit();
      else if (key === '\u0003') process.kill(process.pid, 'SIGINT');
      else if (key === '\u001a') process.kill(process.pid, 'SIGTSTP');
    }
  };
  input.setRawMode(true);
  input.on('data', hear);
  return {
    close: () => {
      input.off('data', hear);
      input.setRawMode(false);
      input.pause();
    },
  };
}
