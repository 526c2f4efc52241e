import { ASK, type Row } from '@receptorjs/controller-core';
import { isLocked } from '../secrets/secret-box.js';
import type { FieldErrors, RuleContext } from './resource.js';

/** What is answered for a secret, and means the one that is stored when it is sent back. */
export const HIDDEN = '$encrypted$';
const MAX_INPUT = 100_000;

interface InputField {
  readonly id: string;
  readonly type?: string;
  readonly secret?: boolean;
  readonly choices?: readonly string[];
}

type Inputs = Readonly<Record<string, unknown>>;

/** What is wrong with the inputs of a credential, by the fields of its type. */
export async function checkInputs(values: Row, context: RuleContext): Promise<FieldErrors> {
  const inputs = values['inputs'];
  if (inputs === undefined && values['credential_type'] === undefined) return {};
  const { existing } = context;
  const typeBefore = existing?.['credential_type'];
  const typeNow = values['credential_type'] ?? typeBefore;
  if (existing !== undefined && typeNow !== typeBefore)
    return { credential_type: ['You cannot change the credential type of a credential.'] };
  const { fields, required } = await typeFields({ ...existing, ...values }, context);
  const given = { ...(inputs as Inputs | undefined) };
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const field = fields.find(({ id }) => id === name);
    const problem = field === undefined ? 'is no field of this type' : valueProblem(field, value);
    if (problem !== undefined) problems.push(`${name} ${problem}`);
  }
  for (const name of required)
    if (given[name] === undefined || given[name] === '') problems.push(`${name} is required`);
  if (inputs !== undefined && existing !== undefined) {
    const stored = (existing['inputs'] ?? {}) as Inputs;
    const led = addressInputs.find((name) => !leadsTheSame(given[name], stored[name]));
    const kept = Object.keys(given).filter(
      (name) => given[name] === HIDDEN && stored[name] !== undefined,
    );
    if (led !== undefined && kept.length > 0)
      problems.push(`${led} leads elsewhere: type ${kept.join(', ')} again`);
  }
  return problems.length === 0 ? {} : { inputs: problems };
}

/** Inputs that say where the secrets beside them are sent. */
const addressInputs = ['host', 'url'];

/** Whether an address is of the scheme, host and port of the stored one; one that is no URL is wholly the same. */
function leadsTheSame(given: unknown, stored: unknown): boolean {
  const [now, before] = [given ?? '', stored ?? ''];
  if (now === before || now === HIDDEN) return true;
  return machineOf(now) !== undefined && machineOf(now) === machineOf(before);
}

function machineOf(address: unknown): string | undefined {
  // others may read what is not plain in another way
  if (typeof address !== 'string' || !/^[a-z]+:\/\/[^\s\\]+$/i.test(address)) return undefined;
  try {
    const { protocol, host } = new URL(address);
    return `${protocol}//${host}`;
  } catch {
    return undefined;
  }
}

function valueProblem(
  { type = 'string', choices }: InputField,
  value: unknown,
): string | undefined {
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'is true or false';
  if (typeof value !== 'string') return 'is a text';
  if (value.length > MAX_INPUT) return `has at most ${MAX_INPUT} characters`;
  if (value.includes('\0')) return 'has no null characters';
  if (isLocked(value)) return 'is not a value that is allowed';
  return choices === undefined || value === '' || choices.includes(value)
    ? undefined
    : `is one of ${choices.join(', ')}`;
}

/** The values as they are stored: secrets are locked, those that were not shown are the stored ones. */
export async function lockedInputs(values: Row, context: RuleContext): Promise<Row> {
  const { existing, secrets } = context;
  if (values['inputs'] === undefined) return values;
  const { fields } = await typeFields({ ...existing, ...values }, context);
  const secret = new Set(fields.filter((field) => field.secret === true).map(({ id }) => id));
  const before = (existing?.['inputs'] ?? {}) as Inputs;
  const inputs = Object.entries(values['inputs'] as Inputs)
    .filter(([name, value]) => value !== HIDDEN || before[name] !== undefined)
    .map(([name, value]): [string, unknown] => {
      if (value === HIDDEN) return [name, before[name]];
      // that it is asked for is no secret
      const isPlain = typeof value !== 'string' || value === '' || value === ASK;
      if (!secret.has(name) || isPlain) return [name, value];
      return [name, secrets.lock(value, purposeOf(name))];
    });
  return { ...values, inputs: Object.fromEntries(inputs) };
}

/** What the secret of an input is locked for. */
export const purposeOf = (input: string): string => `credentials.inputs.${input}`;

/** Inputs as they are answered. */
export const shownInputs = (inputs: unknown): Inputs =>
  Object.fromEntries(
    Object.entries((inputs ?? {}) as Inputs).map(([name, value]) => [
      name,
      typeof value === 'string' && isLocked(value) ? HIDDEN : value,
    ]),
  );

async function typeFields(
  values: Row,
  { store }: RuleContext,
): Promise<{ fields: readonly InputField[]; required: readonly string[] }> {
  const type = await store.get('credential_types', Number(values['credential_type']));
  const { fields = [], required = [] } = (type?.['inputs'] ?? {}) as {
    fields?: InputField[];
    required?: string[];
  };
  return { fields, required };
}
