import { useVirtualizer } from '@tanstack/react-virtual';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputLines } from './output-lines.js';
import { OutputText } from './output-row.js';
import type { OutputSource } from './output-source.js';

const LINE_PX = 20;
const OVERSCAN = 40;
/** So near to its end one follows the output. */
const END_PX = 30;

/** Lines of an output, of which those are made that are seen. */
export function OutputView({
  lines,
  source,
  target,
  isFollowing,
  onFollow,
}: {
  lines: OutputLines;
  source: OutputSource;
  /** The line that is shown and marked, from 1 on. */
  target: number | undefined;
  isFollowing: boolean;
  onFollow: (isFollowing: boolean) => void;
}) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const { count } = lines;
  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler makes these pages
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: OVERSCAN,
  });
  const rows = virtualizer.getVirtualItems();
  const first = rows[0]?.index ?? 0;
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => source.want(first, last));
  useEffect(() => {
    const box = scroller.current;
    if (isFollowing && box !== null) box.scrollTop = box.scrollHeight;
  }, [isFollowing, count]);
  const isThere = target !== undefined && target <= count;
  useEffect(() => {
    if (isThere) virtualizer.scrollToIndex(target - 1, { align: 'center' });
  }, [virtualizer, isThere, target]);
  const digits = { width: `${Math.max(3, String(count).length) + 1}ch` };
  return (
    <div
      ref={scroller}
      className="output"
      role="log"
      aria-live="off"
      aria-label={t('output.label')}
      tabIndex={0}
      onScroll={({ currentTarget: box }) => {
        const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < END_PX;
        // whoever scrolls upwards wants to read
        if (box.scrollTop < lastTop.current && !isAtEnd && isFollowing) onFollow(false);
        lastTop.current = box.scrollTop;
      }}
    >
      <div className="output-all" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map(({ index, start }) => {
          const line = lines.line(index);
          return (
            <div
              key={index}
              className={index + 1 === target ? 'output-line marked' : 'output-line'}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Link
                from="/jobs/$kind/$id"
                search={{ line: index + 1 }}
                replace
                className="line-number"
                style={digits}
                tabIndex={-1}
                aria-label={t('output.line', { line: index + 1 })}
              >
                {index + 1}
              </Link>
              <span className="line-text">
                {line === undefined ? '…' : <OutputText line={line} />}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
