import type { Criterion, ResourceStore, Row } from '@receptorjs/controller-core';
import type { SecretBox } from '../secrets/secret-box.js';
import type { Field } from './fields.js';

/** A list below one row of a resource. */
export interface Sublist {
  /** The resource that is listed. */
  readonly of: string;
  /** The field of what is listed that refers to the row; what is made in the list gets it. */
  readonly by?: string;
  /** The relation of the row that is listed; rows are attached to it and detached. */
  readonly through?: string;
  /** Fields of the row that what is listed must have the same values of; what is made in the list gets them. */
  readonly inherits?: readonly string[];
  /** Whether nothing is made, attached or detached here. */
  readonly isReadOnly?: boolean;
}

/** What is wrong with values, by field; `__all__` for what is about several. */
export type FieldErrors = Record<string, string[]>;

/** What rules of a resource know. */
export interface RuleContext {
  readonly store: ResourceStore;
  readonly secrets: SecretBox;
  /** The row as it is; nothing while one is made. */
  readonly existing?: Row | undefined;
}

/** A resource as data: routes, validation, filters, metadata and the OpenAPI document are made from it. */
export interface Resource {
  /** As in the address: `job_templates`. */
  readonly path: string;
  /** As in `type`: `job_template`. */
  readonly type: string;
  /** For people, singular: `Job Template`. */
  readonly label: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** By what a client names a row instead of its id. Default: `name`. */
  readonly naturalKey?: string;
  /** Fields that `search` looks in. */
  readonly search: readonly string[];
  /** Relations that filters lead over, besides references: which resource is behind each. */
  readonly relations?: Readonly<Record<string, string>>;
  readonly lists?: Readonly<Record<string, Sublist>>;
  /** Addresses below a row that have routes of their own, by their name in `related`. */
  readonly own?: Readonly<Record<string, string>>;
  /** What a row is told of where another refers to it, besides id, name and description. */
  readonly summary?: readonly string[];
  /** Fields that together are unique. */
  readonly unique?: readonly (readonly string[])[];
  /** Default: `id`, ascending. */
  readonly order?: string;
  /** Whether it is listed below other resources alone. */
  readonly isNested?: boolean;
  /** Fields of what runs that refer to a row; it can't be deleted while that is active. */
  readonly usedBy?: readonly (readonly [resource: string, field: string])[];
  /** What may be done with rows. */
  readonly can: { readonly create: boolean; readonly change: boolean; readonly delete: boolean };
  /** Of a list, what it is about; all rows by default. */
  readonly only?: Criterion;
  /** Says what is wrong with values that are each right for themselves. */
  check?(values: Row, context: RuleContext): Promise<FieldErrors> | FieldErrors;
  /** Values as they are stored, from those that were given. */
  prepare?(values: Row, context: RuleContext): Promise<Row> | Row;
  /** The row as it is answered; what is computed is added here. */
  present?(row: Row): Row;
}

const asIs = <Definition extends Resource>(definition: Definition): Definition => definition;

/** Declares a resource. */
export const defineResource: typeof asIs = asIs;

/** All resources by the name of their address. */
export type Resources = ReadonlyMap<string, Resource>;

/** The field by which clients name a row of a resource. */
export const naturalKeyOf = ({ naturalKey = 'name' }: Resource): string => naturalKey;
