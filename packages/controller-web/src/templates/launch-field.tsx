import {
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  TextInput,
} from '@patternfly/react-core';
import { useTranslation } from 'react-i18next';
import { fieldKinds, type LaunchField } from './launch-fields.js';

/** One value that a launch may set. */
export function LaunchFieldInput({
  name,
  value,
  onChange,
}: {
  name: LaunchField;
  value: string;
  onChange: (value: string) => void;
}) {
  const { t } = useTranslation();
  const kind = fieldKinds[name];
  const choices =
    kind === 'type'
      ? ([
          ['run', t('launch.type.run')],
          ['check', t('launch.type.check')],
        ] as const)
      : ([
          ['false', t('launch.no')],
          ['true', t('launch.yes')],
        ] as const);
  return (
    <FormGroup label={t(`launch.field.${name}`)} fieldId={name}>
      {kind === 'type' || kind === 'truth' ? (
        <FormSelect id={name} value={value} onChange={(_event, chosen) => onChange(chosen)}>
          {choices.map(([choice, label]) => (
            <FormSelectOption key={choice} value={choice} label={label} />
          ))}
        </FormSelect>
      ) : (
        <TextInput
          id={name}
          type={kind === 'number' ? 'number' : 'text'}
          value={value}
          onChange={(_event, text) => onChange(text)}
        />
      )}
      {name === 'limit' && (
        <FormHelperText>
          <HelperText>
            <HelperTextItem>{t('launch.limitHelp')}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
