import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Paths that fit a shell pattern: `*`, `?` and `[...]` within a name; what begins with a dot is only found by a pattern
 * that does. Relative patterns count from the working folder. In order of their names.
 */
export async function pathsLike(pattern: string): Promise<string[]> {
  const parts = pattern.split('/').filter((part) => part !== '');
  let found = [pattern.startsWith('/') ? '/' : ''];
  for (const part of parts) {
    const next: string[] = [];
    for (const base of found)
      if (/[*?[]/.test(part)) {
        const names = await readdir(base === '' ? '.' : base).catch(() => []);
        const fits = nameExpression(part);
        for (const name of names.sort())
          if (fits.test(name) && (!name.startsWith('.') || part.startsWith('.')))
            next.push(join(base, name));
      } else if (await there(join(base, part))) next.push(join(base, part));
    found = next;
  }
  return parts.length === 0 ? found.filter((path) => path !== '') : found;
}

function there(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function nameExpression(part: string): RegExp {
  const source = part.replace(/\[(!?)(\]?[^\]]*)\]|[*?]|[^*?[]+|\[/g, (piece, not, set) => {
    if (piece === '*') return '.*';
    if (piece === '?') return '.';
    if (typeof set === 'string')
      return `[${not === '!' ? '^' : ''}${set.replace(/[\\\][^&|~]/g, '\\$&')}]`;
    return piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    // A range such as [z-a] holds nothing.
    return /(?!)/;
  }
}
