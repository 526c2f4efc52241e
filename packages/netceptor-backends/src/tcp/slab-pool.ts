import { BufferPool } from '@receptorjs/primitives';

/** Bytes of a slab: four of the largest data messages, with what is in front of each. */
export const SLAB_BYTES = 262_144;

/** Memory in which the links of the process put together what they send; 4 MiB are kept. */
export const slabs = new BufferPool(SLAB_BYTES, 16);
