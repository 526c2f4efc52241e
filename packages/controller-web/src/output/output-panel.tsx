import './output.css';
import { Button, Label, Switch } from '@patternfly/react-core';
import { AngleDoubleDownIcon, AngleDoubleUpIcon, DownloadIcon } from '@patternfly/react-icons';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { runKinds, type RunType } from '../jobs/run-kinds.js';
import { OutputSearch } from './output-search.js';
import { OutputView } from './output-view.js';
import { useOutput } from './use-output.js';

const route = getRouteApi('/shell/jobs/$kind/$id');

/** The output of a run with what one does with it. */
export function OutputPanel({
  type,
  id,
  isActive,
}: {
  type: RunType;
  id: string;
  isActive: boolean;
}) {
  const { t } = useTranslation();
  const { line } = route.useSearch();
  const navigate = route.useNavigate();
  const { lines, source, state } = useOutput(type, id);
  const [isFollowing, setFollowing] = useState(isActive && line === undefined);
  const { count } = lines;
  const show = (to: number): void => {
    setFollowing(false);
    void navigate({ search: { line: to }, replace: true });
  };
  const isLive = state === 'live' && isActive;
  return (
    <section aria-label={t('job.output')} className="output-panel">
      <div className="toolbar">
        <OutputSearch source={source} onMatch={show} />
        {isLive && (
          <Switch
            id="follow"
            label={t('output.follow')}
            isChecked={isFollowing}
            onChange={(_event, isOn) => setFollowing(isOn)}
          />
        )}
        <div>
          <span className="quiet">{t('output.lines', { count })}</span>{' '}
          {isLive && (
            <Label color="blue" isCompact>
              {t('output.live')}
            </Label>
          )}
        </div>
        <div className="toolbar-end">
          <Button
            variant="plain"
            icon={<AngleDoubleUpIcon />}
            aria-label={t('output.toStart')}
            isDisabled={count === 0}
            onClick={() => show(1)}
          />
          <Button
            variant="plain"
            icon={<AngleDoubleDownIcon />}
            aria-label={t('output.toEnd')}
            isDisabled={count === 0}
            onClick={() => show(count)}
          />
          <Button
            component="a"
            variant="plain"
            icon={<DownloadIcon />}
            aria-label={t('job.download')}
            href={`/api/v2/${runKinds[type].path}/${id}/stdout/?format=txt_download`}
            download={`job_${id}.txt`}
          />
        </div>
      </div>
      {count === 0 ? (
        <p className="output-empty">
          {state === 'reading'
            ? t('output.reading')
            : isActive
              ? t('output.waiting')
              : t('output.empty')}
        </p>
      ) : (
        <OutputView
          lines={lines}
          source={source}
          target={line}
          isFollowing={isFollowing}
          onFollow={setFollowing}
        />
      )}
    </section>
  );
}
