/** What is wrong with the text of a regular expression; nothing where it is one. */
export function patternProblem(text: string): string | undefined {
  try {
    new RegExp(text);
    return undefined;
  } catch {
    return 'Must be a regular expression.';
  }
}
