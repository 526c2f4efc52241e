import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, members, root } from './workspace.mjs';

/**
 * The `@throws` of a source that do not name what is thrown in braces: `@throws {WorkError} code`. One that begins in lower case says
 * in words what is thrown, where that is no class of ours.
 *
 * @param {string} source
 * @returns {string[]}
 */
export function bareThrows(source) {
  return [...source.matchAll(/@throws (?:[A-Z]\w*|\{@link [^}]*\})/g)].map(([tag]) => tag);
}

/**
 * Every `@throws` of the workspace in another form than braces.
 *
 * @param {string} [from]
 * @returns {string[]}
 */
export function checkThrows(from = root) {
  return members(from).flatMap(({ folder }) =>
    filesBelow(`${folder}/src`, /\.tsx?$/, from).flatMap((file) =>
      bareThrows(readFileSync(join(from, file), 'utf8')).map(
        (tag) =>
          `${file}: '${tag}': what is thrown stands in braces, as in '@throws {WorkError} code'`,
      ),
    ),
  );
}
