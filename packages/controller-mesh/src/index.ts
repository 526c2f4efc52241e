/**
 * What a control plane does on the mesh, through the node beside it: sees the nodes and the links as they are, has execution nodes tell how they are, and runs jobs as
 * units of work. A unit lies at the node that runs it, so that another process can go on with it; a submission can be repeated and runs once.
 *
 * @packageDocumentation
 */
export { ControllerMesh, type ControllerMeshOptions } from './controller-mesh.js';
export type { LocalNodeOptions, WorkSigning } from './node/local-node.js';
