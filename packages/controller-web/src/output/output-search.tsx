import { SearchInput } from '@patternfly/react-core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputSource } from './output-source.js';

/** Searches all of the output, and leads from match to match. */
export function OutputSearch({
  source,
  onMatch,
}: {
  source: OutputSource;
  /** @param line from 1 on */
  onMatch: (line: number) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const { mutate, data, reset, error } = useMutation({
    mutationFn: (wanted: string) => source.find(wanted),
    onSuccess: ({ lines: [first] }) => {
      setAt(0);
      if (first !== undefined) onMatch(first + 1);
    },
  });
  const count = data?.lines.length ?? 0;
  const go = (to: number): void => {
    const next = (to + count) % count;
    const line = data?.lines[next];
    setAt(next);
    if (line !== undefined) onMatch(line + 1);
  };
  const position = { at: at + 1, count };
  const result =
    error?.message ??
    (data === undefined
      ? undefined
      : count === 0
        ? t('output.noMatch')
        : t(data.isMore ? 'output.matchMore' : 'output.match', position));
  return (
    <SearchInput
      aria-label={t('output.search')}
      placeholder={t('output.search')}
      value={text}
      onChange={(_event, value) => {
        setText(value);
        reset();
      }}
      onSearch={() => {
        if (count > 0) go(at + 1);
        else if (text !== '') mutate(text);
      }}
      onClear={() => {
        setText('');
        reset();
      }}
      submitSearchButtonLabel={t('output.searchNow')}
      previousNavigationButtonAriaLabel={t('output.previous')}
      nextNavigationButtonAriaLabel={t('output.next')}
      {...(result === undefined ? {} : { resultsCount: result })}
      {...(count > 1 ? { onNextClick: () => go(at + 1), onPreviousClick: () => go(at - 1) } : {})}
    />
  );
}
