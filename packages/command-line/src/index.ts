/**
 * Says in a phrase what it is for.
 *
 * @packageDocumentation
 */
export {};
