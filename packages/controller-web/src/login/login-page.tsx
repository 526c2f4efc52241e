import {
  ActionGroup,
  Alert,
  Button,
  Card,
  CardBody,
  CardTitle,
  Form,
  FormGroup,
  TextInput,
  Title,
} from '@patternfly/react-core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { t } from 'i18next';
import { useEffect, useState, type SyntheticEvent } from 'react';
import { ApiFailure } from '../api/failure.js';
import { login, meQuery } from '../api/session.js';
import { ThemeButton } from '../shell/theme-button.js';

const route = getRouteApi('/login');

/** Why a login was refused, and what to do. */
function wordsOf(error: Error): string {
  if (!(error instanceof ApiFailure)) return error.message;
  if (error.status === 401) return t('login.wrong');
  return error.status === 429
    ? t('login.tooMany', { count: error.retryAfter ?? 60 })
    : error.message;
}

/** Where a session begins; it leads on to the page that was asked for. */
export function LoginPage() {
  const { next = '/jobs' } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [isMissing, setMissing] = useState(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => login(username, password),
    onSuccess: async () => {
      await client.query({ ...meQuery, staleTime: 0 });
      router.history.push(next);
    },
  });
  useEffect(() => {
    document.title = `${t('login.title')} · ${t('name')}`;
    // what the one before could see is not for the one after
    client.removeQueries({ predicate: ({ queryKey: [name] }) => name !== meQuery.queryKey[0] });
  }, [client]);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const isEmpty = username === '' || password === '';
    setMissing(isEmpty);
    if (!isEmpty) mutate();
  };
  const wrong = isMissing ? t('login.missing') : error === null ? undefined : wordsOf(error);
  return (
    <main className="login">
      <Card className="login-card">
        <CardTitle>
          <div className="login-head">
            <img src="/icon.svg" alt="" className="login-icon" />
            <ThemeButton />
          </div>
          <Title headingLevel="h1">{t('login.title')}</Title>
        </CardTitle>
        <CardBody>
          <p className="login-subtitle">{t('login.subtitle')}</p>
          <Form onSubmit={submit} noValidate>
            <div role="alert" className="announcement">
              {wrong && <Alert variant="danger" isInline title={wrong} />}
            </div>
            <FormGroup label={t('login.username')} fieldId="username" isRequired>
              <TextInput
                id="username"
                name="username"
                autoComplete="username"
                isRequired
                autoFocus
                value={username}
                onChange={(_event, value) => setUsername(value)}
              />
            </FormGroup>
            <FormGroup label={t('login.password')} fieldId="password" isRequired>
              <TextInput
                id="password"
                name="password"
                type="password"
                autoComplete="current-password"
                isRequired
                value={password}
                onChange={(_event, value) => setPassword(value)}
              />
            </FormGroup>
            <ActionGroup>
              <Button type="submit" isBlock isDisabled={isPending} isLoading={isPending}>
                {t('login.submit')}
              </Button>
            </ActionGroup>
          </Form>
        </CardBody>
      </Card>
    </main>
  );
}
