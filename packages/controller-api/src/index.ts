/**
 * The REST interface of the control plane under `/api/v2/`, in the shapes of AWX, so that its clients work unchanged: resources as data, from which
 * routes, validation, filters, metadata and the OpenAPI document are made; who may do what is a table.
 *
 * @packageDocumentation
 */
export type { ApiContext, ControllerFacts } from './api-context.js';
export { hashPassword } from './authentication/passwords.js';
export { permissions, type Verb } from './permissions/permission-table.js';
export { roles, type CurrentUser, type Role } from './permissions/roles.js';
export { isLocked, KeyedSecretBox, SecretBoxError, type SecretBox } from './secrets/secret-box.js';
export { START_ARGUMENTS } from './secrets/start-arguments.js';
export { purposeOf } from './resources/credential-inputs.js';
export { createApi, type Api, type ApiOptions } from './server.js';
