const styles: Readonly<Record<number, string>> = {
  1: 'font-weight: bold',
  3: 'font-style: italic',
  4: 'text-decoration: underline',
  30: 'color: #161b1f',
  31: 'color: #d9534f',
  32: 'color: #5cb85c',
  33: 'color: #f0ad4e',
  34: 'color: #337ab7',
  35: 'color: #e1539e',
  36: 'color: #2dbaba',
  37: 'color: #ffffff',
};
// eslint-disable-next-line no-control-regex -- escape sequences of terminals begin with one
const sequence = /\u001b\[([0-9;?]*)([ -/]*[@-~])/;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The output of a run as a page: colours are those of the terminal, everything else is text. */
export function htmlPage(title: string, text: string): string {
  const parts = text.split(sequence);
  let body = '';
  let isOpen = false;
  for (let at = 0; at < parts.length; at += 3) {
    body += escaped(parts[at] ?? '');
    if (parts[at + 2] !== 'm') continue;
    const codes = (parts[at + 1] ?? '').split(';').map(Number);
    const style = codes.flatMap((code) => styles[code > 89 ? code - 60 : code] ?? []).join('; ');
    if (isOpen) body += '</span>';
    isOpen = style !== '';
    if (isOpen) body += `<span style="${style}">`;
  }
  if (isOpen) body += '</span>';
  return `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>${escaped(title)}</title>
<style>body { background: #fff; color: #161b1f } pre { white-space: pre-wrap }</style></head>
<body><pre>${body}</pre></body></html>
`;
}
