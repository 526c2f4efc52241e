import {
  ActionGroup,
  Alert,
  Button,
  Card,
  CardBody,
  CardTitle,
  Form,
  FormGroup,
  TextArea,
  TextInput,
} from '@patternfly/react-core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { answered, api } from '../api/client.js';
import { runKinds } from '../jobs/run-kinds.js';
import { mayStart, nameOf } from '../jobs/run-queries.js';
import { ButtonLink } from '../parts/button-link.js';
import { Facts } from '../parts/facts.js';
import {
  isAsked,
  launchBody,
  launchFields,
  otherFieldsAsked,
  type LaunchField,
} from './launch-fields.js';
import { LaunchFieldInput } from './launch-field.js';
import type { LaunchState, Template } from './template-queries.js';

/** Shows what a launch will run, asks for what the template lets it choose, and launches it. */
export function LaunchForm({ template, state }: { template: Template; state: LaunchState }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [typed, setTyped] = useState<Partial<Record<LaunchField, string>>>({});
  const [variables, setVariables] = useState<string>();
  const [passwords, setPasswords] = useState<Readonly<Record<string, string>>>({});
  const asked = launchFields.filter((name) => isAsked(state, name));
  const isAskedVariables = isAsked(state, 'variables');
  const needed = state.passwords_needed_to_start;
  const others = otherFieldsAsked(state);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => {
      // variables go as they were typed: the API reads JSON and YAML
      const body = {
        ...launchBody(typed),
        ...(variables === undefined ? {} : { extra_vars: variables as unknown as object }),
        ...(needed.length === 0 ? {} : { credential_passwords: passwords }),
      } as Record<string, never>;
      const params = { path: { id: String(template.id) } };
      return answered(api.POST('/api/v2/job_templates/{id}/launch/', { params, body }));
    },
    onSuccess: async ({ id }) => {
      const params = { kind: runKinds.job.word, id: String(id) };
      await navigate({ to: '/jobs/$kind/$id', params, search: {} });
    },
  });
  const shown = (name: LaunchField): string => {
    const value = typed[name] ?? state.defaults[name];
    const isShown =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return isShown ? String(value) : '';
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    mutate();
  };
  const { summary_fields: names, limit, job_type } = template;
  const isCheck = (typed.job_type ?? job_type) === 'check';
  return (
    <Form onSubmit={submit} className="launch">
      <Card isCompact>
        <CardTitle component="h2">{t('launch.what')}</CardTitle>
        <CardBody>
          <Facts
            facts={[
              [t('job.project'), nameOf(names, 'project')],
              [t('job.playbook'), template.playbook],
              [t('job.inventory'), nameOf(names, 'inventory') ?? t('none')],
              [t('job.limit'), typed.limit ?? limit],
              [
                t('launch.credentials'),
                state.defaults.credentials.map(({ name }) => name).join(', '),
              ],
              [t('launch.field.job_type'), t(isCheck ? 'launch.type.check' : 'launch.type.run')],
            ]}
          />
        </CardBody>
      </Card>
      {asked.map((name) => (
        <LaunchFieldInput
          key={name}
          name={name}
          value={shown(name)}
          onChange={(value) => setTyped({ ...typed, [name]: value })}
        />
      ))}
      {isAskedVariables && (
        <FormGroup label={t('launch.extraVars')} fieldId="extra-vars">
          <TextArea
            id="extra-vars"
            className="code"
            resizeOrientation="vertical"
            rows={6}
            value={variables ?? template.extra_vars}
            onChange={(_event, text) => setVariables(text)}
          />
        </FormGroup>
      )}
      {needed.map((name) => (
        <FormGroup key={name} label={passwordName(name)} fieldId={name} isRequired>
          <TextInput
            id={name}
            type="password"
            autoComplete="off"
            isRequired
            value={passwords[name] ?? ''}
            onChange={(_event, text) => setPasswords({ ...passwords, [name]: text })}
          />
        </FormGroup>
      ))}
      {others.length > 0 && (
        <p className="quiet">
          {t('launch.asTemplate', {
            names: others.map((name) => t(`launch.field.${name}`)).join(', '),
          })}
        </p>
      )}
      <div role="alert" className="announcement">
        {error !== null && (
          <Alert variant="danger" isInline title={t('failed')}>
            {error.message}
          </Alert>
        )}
      </div>
      <ActionGroup>
        {mayStart(names) && (
          <Button type="submit" isLoading={isPending} isDisabled={isPending}>
            {t('launch.submit')}
          </Button>
        )}
        <ButtonLink variant="link" to="/templates" search={{}}>
          {t('launch.back')}
        </ButtonLink>
      </ActionGroup>
    </Form>
  );

  function passwordName(name: string): string {
    const [kind = '', vault] = name.split('.');
    const known = ['ssh_password', 'become_password', 'ssh_key_unlock', 'vault_password'] as const;
    const found = known.find((each) => each === kind);
    if (found === undefined) return name;
    const label = t(`launch.passwordOf.${found}`);
    return vault === undefined ? label : `${label}: ${vault}`;
  }
}
