import { SearchInput } from '@patternfly/react-core';
import { useState } from 'react';

/** A filter of names: it takes effect by Enter, and at once when it is emptied. */
export function NameFilter({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setTyped(value);
  }
  return (
    <SearchInput
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(_event, text) => setTyped(text)}
      onSearch={() => onChange(typed.trim())}
      onClear={() => {
        setTyped('');
        onChange('');
      }}
    />
  );
}
