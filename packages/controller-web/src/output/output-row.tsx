import { memo } from 'react';
import { piecesOf, type Look } from './ansi.js';
import type { OutputLine } from './output-lines.js';

function classOf({ fg, bg, bold, italic, underline }: Look): string {
  return [
    fg === undefined ? '' : `fg-${fg}`,
    bg === undefined ? '' : `bg-${bg}`,
    bold === true ? 'bold' : '',
    italic === true ? 'italic' : '',
    underline === true ? 'underlined' : '',
  ]
    .filter((name) => name !== '')
    .join(' ');
}

/** The text of one line in its colours. */
export const OutputText = memo(function OutputText({ line }: { line: OutputLine }) {
  return piecesOf(line.text, line.look).pieces.map(({ text, look }, at) => {
    const name = classOf(look);
    return name === '' ? (
      text
    ) : (
      <span key={at} className={name}>
        {text}
      </span>
    );
  });
});
