/** A text or number in a JSON text. */
export interface JsonToken {
  /** As it stands there, texts with their quotes. */
  readonly raw: string;
  readonly kind: 'name' | 'text' | 'number';
  /** Objects and lists it lies in; 1 for what stands in the outermost one. */
  readonly depth: number;
}

/** A JSON text with each of its names, texts and numbers replaced by what `change` makes of it. Linear in the text's length. */
export function changeJson(json: string, change: (token: JsonToken) => string): string {
  const parts: string[] = [];
  let depth = 0;
  for (let at = 0; at < json.length;) {
    const open = json.indexOf('"', at);
    const between = json.slice(at, open < 0 ? undefined : open);
    parts.push(
      between.replace(NUMBER_OR_BRACKET, (raw) => {
        if (raw === '{' || raw === '[') depth++;
        else if (raw === '}' || raw === ']') depth--;
        else return change({ raw, kind: 'number', depth });
        return raw;
      }),
    );
    if (open < 0) break;
    at = endOfText(json, open);
    const kind = NAME_FOLLOWS.test(json.slice(at, at + 2)) ? 'name' : 'text';
    parts.push(change({ raw: json.slice(open, at), kind, depth }));
  }
  return parts.join('');
}

const NUMBER_OR_BRACKET = /-?\d[\d.eE+-]*|[{}[\]]/g;

/** What stands behind a name, written by Python or by JavaScript. */
const NAME_FOLLOWS = /^ ?:/;

/** The place after the quote that ends the text which begins at `open`. */
function endOfText(json: string, open: number): number {
  let close = json.indexOf('"', open + 1);
  while (close >= 0 && isEscaped(json, close)) close = json.indexOf('"', close + 1);
  return close < 0 ? json.length : close + 1;
}

/** Whether an odd number of backslashes stands before `at`. */
export function isEscaped(json: string, at: number): boolean {
  let start = at;
  while (start > 0 && json[start - 1] === '\\') start--;
  return (at - start) % 2 === 1;
}
