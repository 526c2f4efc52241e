import type { JsonObject } from './json.js';

/** What a credential of a type has, and what it becomes at a run. */
export interface CredentialType {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly managed: boolean;
  readonly inputs: JsonObject;
  readonly injectors: JsonObject;
  readonly description: string;
  readonly created: Date;
  readonly modified: Date;
  readonly created_by_id: number | null;
  readonly modified_by_id: number | null;
}

/** Secrets; those fields of `inputs` are ciphertext. */
export interface Credential {
  readonly id: number;
  readonly name: string;
  readonly organization_id: number | null;
  readonly credential_type_id: number;
  readonly managed: boolean;
  readonly inputs: JsonObject;
  readonly description: string;
  readonly created: Date;
  readonly modified: Date;
  readonly created_by_id: number | null;
  readonly modified_by_id: number | null;
}

/** The image of a container that jobs run in. */
export interface ExecutionEnvironment {
  readonly id: number;
  readonly name: string;
  readonly image: string;
  readonly pull: '' | 'always' | 'missing' | 'never';
  readonly managed: boolean;
  readonly organization_id: number | null;
  readonly credential_id: number | null;
  readonly description: string;
  readonly created: Date;
  readonly modified: Date;
  readonly created_by_id: number | null;
  readonly modified_by_id: number | null;
}
