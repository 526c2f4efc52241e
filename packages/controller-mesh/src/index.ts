/**
 * What a control plane does on the mesh, through the node beside it: sees the nodes and the links as they are, has execution nodes tell how they are, and runs jobs as
 * units of work. A unit lies at the node that runs it, so that another process can go on with it; a submission can be repeated and runs once.
 *
 * ```ts
 * import { ControllerMesh } from '@receptorjs/controller-mesh';
 *
 * const mesh = new ControllerMesh({ address: 'unix:/run/receptor.sock', folder: '/var/lib/controller' });
 * const { nodes, links } = await mesh.view();
 * console.log(nodes.map(({ hostname, workTypes }) => [hostname, workTypes]), links);
 * console.log(await mesh.checkHealth('far'));
 * mesh.close();
 * ```
 *
 * @packageDocumentation
 */
export { ControllerMesh, type ControllerMeshOptions } from './controller-mesh.js';
export type { LocalNodeOptions, WorkSigning } from './node/local-node.js';
