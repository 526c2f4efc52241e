import {
  Alert,
  Button,
  Flex,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
} from '@patternfly/react-core';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answered, api } from '../api/client.js';
import { runKinds, type RunType } from '../jobs/run-kinds.js';
import { mayStart, runPath, type Run } from '../jobs/run-queries.js';
import { isActive } from '../jobs/run-status.js';

/** What a relaunch needs. The document of the API says no more than that it is an object. */
interface RelaunchState {
  readonly passwords_needed_to_start: readonly string[];
  readonly retry_counts: { readonly all: number; readonly failed: number };
}

const relaunchQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id, 'relaunch'],
    queryFn: async ({ signal }) =>
      (await answered(
        api.GET('/api/v2/jobs/{id}/relaunch/', { params: { path: { id } }, signal }),
      )) as unknown as RelaunchState,
  });

/** What may be done with a run: cancelled while it is under way, launched anew after that. */
export function JobActions({ run, type }: { run: Run; type: RunType }) {
  if (!mayStart(run.summary_fields) && type === 'job') return null;
  if (isActive(run.status)) return <CancelButton id={String(run.id)} type={type} />;
  return type === 'job' ? <RelaunchButtons id={String(run.id)} /> : null;
}

function CancelButton({ id, type }: { id: string; type: RunType }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () =>
      answered(api.POST(`${runPath(type)}{id}/cancel/`, { params: { path: { id } } })),
    onSuccess: async () => {
      setOpen(false);
      await client.invalidateQueries({ queryKey: ['runs'] });
    },
  });
  const close = (): void => {
    setOpen(false);
    reset();
  };
  return (
    <>
      <Button variant="danger" onClick={() => setOpen(true)}>
        {t('job.cancel')}
      </Button>
      <Modal
        variant="small"
        isOpen={isOpen}
        onClose={close}
        aria-labelledby="cancel-title"
        aria-describedby="cancel-body"
      >
        <ModalHeader title={t('job.cancelTitle')} labelId="cancel-title" />
        <ModalBody id="cancel-body">
          {error !== null && (
            <Alert variant="danger" isInline title={t('failed')}>
              {error.message}
            </Alert>
          )}
          {t('job.cancelBody')}
        </ModalBody>
        <ModalFooter>
          <Button
            variant="danger"
            isLoading={isPending}
            isDisabled={isPending}
            onClick={() => mutate()}
          >
            {t('job.cancel')}
          </Button>
          <Button variant="link" onClick={close}>
            {t('job.keep')}
          </Button>
        </ModalFooter>
      </Modal>
    </>
  );
}

function RelaunchButtons({ id }: { id: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data } = useQuery(relaunchQuery(id));
  const { mutate, isPending, error } = useMutation({
    mutationFn: (hosts: 'all' | 'failed') =>
      answered(
        api.POST('/api/v2/jobs/{id}/relaunch/', { params: { path: { id } }, body: { hosts } }),
      ),
    onSuccess: async ({ id: started }) => {
      const params = { kind: runKinds.job.word, id: String(started) };
      await navigate({ to: '/jobs/$kind/$id', params, search: {} });
    },
  });
  const needed = data?.passwords_needed_to_start ?? [];
  const failed = data?.retry_counts.failed ?? 0;
  if (needed.length > 0)
    return <p className="quiet">{t('job.needsPasswords', { names: needed.join(', ') })}</p>;
  return (
    <Flex>
      <Button variant="primary" isDisabled={isPending} onClick={() => mutate('all')}>
        {t('job.relaunch')}
      </Button>
      {failed > 0 && (
        <Button variant="secondary" isDisabled={isPending} onClick={() => mutate('failed')}>
          {t('job.relaunchFailed', { count: failed })}
        </Button>
      )}
      {error !== null && (
        <Alert variant="danger" isInline title={t('failed')}>
          {error.message}
        </Alert>
      )}
    </Flex>
  );
}
