import { isUnknownUnit } from '@receptorjs/control-protocol';
import { MeshError, type MeshErrorCode } from '@receptorjs/controller-core';
import { errorText } from '@receptorjs/primitives';
import type { NodeRunErrorCode } from '@receptorjs/runner-mesh';

const codes: Readonly<Record<NodeRunErrorCode, MeshErrorCode>> = {
  'bad-peer': 'unreachable',
  'no-peer': 'unreachable',
  'peer-timeout': 'unreachable',
  'node-id-in-use': 'unreachable',
  lost: 'unreachable',
  unsent: 'unsent',
  refused: 'refused',
  'unit-gone': 'unit-gone',
  'protocol-violation': 'protocol',
};

/** What the mesh could not do, as the control plane knows it. */
export function meshErrorOf(cause: unknown): MeshError {
  if (cause instanceof MeshError) return cause;
  if (isUnknownUnit(cause)) return new MeshError('unit-gone', errorText(cause), { cause });
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'remote-error') return new MeshError('refused', errorText(cause), { cause });
  const known = Object.hasOwn(codes, code) ? codes[code as NodeRunErrorCode] : 'unreachable';
  return new MeshError(known, errorText(cause), { cause });
}
