import { Label, type LabelProps } from '@patternfly/react-core';
import {
  BanIcon,
  CheckCircleIcon,
  ClockIcon,
  ExclamationCircleIcon,
  InProgressIcon,
} from '@patternfly/react-icons';
import { useTranslation } from 'react-i18next';
import type { RunStatus } from './run-status.js';

const looks: Readonly<Record<RunStatus, Pick<LabelProps, 'color' | 'status' | 'icon'>>> = {
  new: { color: 'grey', icon: <ClockIcon /> },
  pending: { color: 'grey', icon: <ClockIcon /> },
  waiting: { color: 'grey', icon: <ClockIcon /> },
  running: { color: 'blue', icon: <InProgressIcon className="turning" /> },
  successful: { status: 'success', icon: <CheckCircleIcon /> },
  failed: { status: 'danger', icon: <ExclamationCircleIcon /> },
  error: { status: 'danger', icon: <ExclamationCircleIcon /> },
  canceled: { status: 'warning', icon: <BanIcon /> },
};

/** The state of what runs, in word, colour and sign. */
export function StatusLabel({ status }: { status: RunStatus }) {
  const { t } = useTranslation();
  return (
    <Label {...looks[status]} isCompact>
      {t(`status.${status}`)}
    </Label>
  );
}
