const text = (id: string, label: string) => ({ id, label, type: 'string' });
const secret = (id: string, label: string) => ({ ...text(id, label), secret: true });
const key = [
  { ...secret('ssh_key_data', 'SSH Private Key'), format: 'ssh_private_key', multiline: true },
  secret('ssh_key_unlock', 'Private Key Passphrase'),
];
const becomeMethods = [
  '',
  'sudo',
  'su',
  'pbrun',
  'pfexec',
  'dzdo',
  'pmrun',
  'runas',
  'enable',
  'doas',
];

/** The kinds of credentials that come with the controller, under the names that AWX gives them. */
export const managedCredentialTypes = [
  {
    name: 'Machine',
    kind: 'ssh',
    namespace: 'ssh',
    inputs: {
      fields: [
        text('username', 'Username'),
        secret('password', 'Password'),
        ...key,
        { ...text('become_method', 'Privilege Escalation Method'), choices: becomeMethods },
        text('become_username', 'Privilege Escalation Username'),
        secret('become_password', 'Privilege Escalation Password'),
      ],
    },
  },
  {
    name: 'Source Control',
    kind: 'scm',
    namespace: 'scm',
    inputs: {
      fields: [text('username', 'Username'), secret('password', 'Password'), ...key],
    },
  },
  {
    name: 'Vault',
    kind: 'vault',
    namespace: 'vault',
    inputs: {
      fields: [secret('vault_password', 'Vault Password'), text('vault_id', 'Vault Identifier')],
      required: ['vault_password'],
    },
  },
  {
    name: 'OpenShift or Kubernetes API Bearer Token',
    kind: 'kubernetes',
    namespace: 'kubernetes_bearer_token',
    inputs: {
      fields: [
        text('host', 'OpenShift or Kubernetes API Endpoint'),
        secret('bearer_token', 'API authentication bearer token'),
        { id: 'verify_ssl', label: 'Verify SSL', type: 'boolean' },
        { ...secret('ssl_ca_cert', 'Certificate Authority data'), multiline: true },
      ],
      required: ['host', 'bearer_token'],
    },
  },
  {
    name: 'Container Registry',
    kind: 'registry',
    namespace: 'registry',
    inputs: {
      fields: [
        text('host', 'Authentication URL'),
        text('username', 'Username'),
        secret('password', 'Password or Token'),
        { id: 'verify_ssl', label: 'Verify SSL', type: 'boolean' },
      ],
      required: ['host'],
    },
  },
] as const;
