import { errorText } from '@receptorjs/primitives';
import { durationText, type JsonValue } from '@receptorjs/control-protocol';
import type { MeshHandler } from '../handlers.js';
import { probeTarget } from './probe-target.js';
import type { Request } from './request.js';

/** Answers `ping`. A probe that fails is a reply with `Success` false, not an error line. */
export async function pingReply(
  request: Request,
  mesh: MeshHandler,
  signal: AbortSignal,
): Promise<JsonValue> {
  const target = probeTarget(request);
  try {
    const { from, timeNs } = await mesh.ping(target, { signal });
    return { From: from, Success: true, Time: timeNs, TimeStr: durationText(timeNs) };
  } catch (error) {
    return { Error: errorText(error), Success: false };
  }
}
