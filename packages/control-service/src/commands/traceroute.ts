import { durationText, type JsonObject, type JsonValue } from '@receptorjs/control-protocol';
import { sortKeys } from '@receptorjs/control-protocol/internal';
import type { MeshHandler, ProbeReply } from '../handlers.js';
import { probeTarget } from './probe-target.js';
import type { Request } from './request.js';

/** Answers `traceroute`: one record a hop, keyed `0`, `1`, ... */
export async function tracerouteReply(
  request: Request,
  mesh: MeshHandler,
  signal: AbortSignal,
): Promise<JsonValue> {
  const target = probeTarget(request);
  const hops: Record<string, JsonValue> = {};
  let count = 0;
  for await (const hop of mesh.traceroute(target, { signal })) {
    hops[count] = {
      ...(hop.error === undefined ? {} : { Error: hop.error.message }),
      ...probeRecord(hop),
    };
    count += 1;
  }
  return sortKeys(hops);
}

function probeRecord({ from, timeNs }: ProbeReply): JsonObject {
  return { From: from, Time: timeNs, TimeStr: durationText(timeNs) };
}
