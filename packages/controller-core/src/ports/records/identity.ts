/** What resources belong to. */
export interface Organization {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly max_hosts: number;
  readonly default_environment_id: number | null;
  readonly created: Date;
  readonly modified: Date;
  readonly created_by_id: number | null;
  readonly modified_by_id: number | null;
}

/** A session of a browser, known by the hash of its id. */
export interface Session {
  readonly id_hash: string;
  readonly user_id: number;
  readonly csrf_token: string;
  readonly remote_address: string;
  readonly expires: Date;
  readonly created: Date;
}

/** A token of the API; its text is known by its hash alone. */
export interface Token {
  readonly id: number;
  readonly user_id: number;
  readonly description: string;
  readonly token_hash: string;
  readonly scope: 'read' | 'write';
  readonly expires: Date;
  readonly last_used: Date | null;
  readonly created: Date;
  readonly modified: Date;
}

/** Somebody who may sign in. `password` is a hash. */
export interface User {
  readonly id: number;
  readonly username: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly password: string;
  readonly is_superuser: boolean;
  readonly is_operator: boolean;
  readonly is_system_auditor: boolean;
  readonly is_active: boolean;
  readonly last_login: Date | null;
  readonly created: Date;
  readonly modified: Date;
}
