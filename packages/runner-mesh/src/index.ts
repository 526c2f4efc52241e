/**
 * Runs a job of Ansible on another node of a mesh: the private data dir travels there, and its events and artifacts
 * come back as if it had run here. The mesh is entered by a node that lives in this process for as long as the job
 * does, or through the control socket of a node of this machine. Either side may be the original.
 *
 * ```ts
 * import { runOnNode } from '@receptorjs/runner-mesh';
 *
 * const result = await runOnNode({
 *   privateDataDir: 'demo',
 *   playbook: 'site.yml',
 *   viaReceptor: 'far',
 *   receptorPeer: 'receptor://hop.example.org:8888',
 *   output: process.stdout,
 * });
 * console.log(result.status, result.rc, result.artifactDir);
 * ```
 *
 * The far node needs the work type `ansible-runner`: receptor has it where ansible-runner is installed beside it, by itself while its
 * control service requires certificates, else with `work-runner: {offer: true}`.
 *
 * @packageDocumentation
 */
export { runOnNode, runOnNodeAsync, type NodeRunResult } from './run-on-node.js';
export type { NodeOptions, RunOnNodeOptions } from './node-options.js';
export type { TlsFiles } from './transport/tls-files.js';
export { NodeRunError, type NodeRunErrorCode } from './errors.js';
