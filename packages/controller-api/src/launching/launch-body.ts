import { promptFlags } from '@receptorjs/controller-core';
import { Type, type Static } from '@sinclair/typebox';
import { coerced } from '../resources/coerce.js';
import { json, type Field } from '../resources/fields.js';
import type { Resource } from '../resources/resource.js';
import { variablesOf } from '../resources/variables.js';

const ids = Type.Array(Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), { maxItems: 1000 });

/** What a launch is sent; what the template does not ask for is ignored. */
export const launchBody = Type.Object({
  extra_vars: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  inventory: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
  credentials: Type.Optional(ids),
  credential_passwords: Type.Optional(Type.Record(Type.String(), Type.String())),
  scm_branch: Type.Optional(Type.String({ maxLength: 1024 })),
  diff_mode: Type.Optional(Type.Boolean()),
  job_tags: Type.Optional(Type.String({ maxLength: 10_000 })),
  skip_tags: Type.Optional(Type.String({ maxLength: 1024 })),
  job_type: Type.Optional(Type.Union([Type.Literal('run'), Type.Literal('check')])),
  limit: Type.Optional(Type.String({ maxLength: 100_000 })),
  verbosity: Type.Optional(Type.Integer({ minimum: 0, maximum: 5 })),
  execution_environment: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
  labels: Type.Optional(ids),
  forks: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
  job_slice_count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  timeout: Type.Optional(Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 })),
  instance_groups: Type.Optional(ids),
});
/** What a launch is sent. */
export type LaunchBody = Static<typeof launchBody>;

/** The fields of a launch as clients are told of them: those of the template that it may set. */
export function launchFields(templates: Resource): Record<string, Field> {
  const list = (label: string): Field => ({ ...json(label), type: 'list', isStored: false });
  const taken = Object.keys(promptFlags).flatMap((name): [string, Field][] => {
    const field = templates.fields[name];
    return field === undefined ? [] : [[name, { ...field, isRequired: false, isReadOnly: false }]];
  });
  return {
    ...Object.fromEntries(taken),
    extra_vars: json('Extra vars', { isStored: false }),
    credentials: list('Credentials'),
    credential_passwords: json('Credential passwords', { isStored: false, isWriteOnly: true }),
    labels: list('Labels'),
    instance_groups: list('Instance groups'),
  };
}

/** Variables and lists of ids may come as text. */
export function readLaunch(fields: Readonly<Record<string, Field>>, body: unknown): unknown {
  const read: unknown = coerced({ fields }, body ?? {});
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return read;
  const { extra_vars, ...others }: Record<string, unknown> = { ...read };
  const vars =
    typeof extra_vars === 'string' ? (variablesOf(extra_vars) ?? extra_vars) : extra_vars;
  return extra_vars === undefined ? others : { ...others, extra_vars: vars };
}
