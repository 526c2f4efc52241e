import {
  isFinal,
  isJsonObject,
  UnitState,
  wasStarted,
  type JsonObject,
  type UnitStatus,
} from '@receptorjs/control-protocol';
import type { Step } from './trace-notes.js';

/** The work type under which a unit is stored that another node runs. */
const REMOTE = 'remote';

/** The detail of a unit that waits for a place among those of its type. */
const QUEUED = 'Queued';

/** Whether another node runs the unit. */
export const isRemote = ({ workType }: UnitStatus): boolean => workType === REMOTE;

/** What is remembered of the other node. */
export function remoteFacts({ extraData }: UnitStatus): {
  readonly node: string;
  readonly workType: string;
  readonly unitId: string;
  readonly started: boolean;
} {
  const data: JsonObject = isJsonObject(extraData) ? extraData : {};
  const text = (key: string): string => {
    const value = data[key];
    return typeof value === 'string' ? value : '';
  };
  return {
    node: text('RemoteNode'),
    workType: text('RemoteWorkType'),
    unitId: text('RemoteUnitID'),
    started: data['RemoteStarted'] === true,
  };
}

/** The steps that a unit has been through, by its status. */
export function stepsReached(status: UnitStatus): Step[] {
  const isOver = isFinal(status.state);
  const reached: Step[] = [];
  if (isOver ? status.state === UnitState.Succeeded : wasStarted(status)) {
    reached.push('stdin-stored');
  }
  if (isRemote(status)) {
    const { unitId, started } = remoteFacts(status);
    if (unitId !== '') reached.push('node-reached');
    if (started) reached.push('sent');
  } else if (status.state === UnitState.Running) {
    reached.push('running');
  } else if (!isOver && wasStarted(status)) {
    reached.push(status.detail === QUEUED ? 'queued' : 'launched');
  }
  return isOver ? [...reached, 'ended'] : reached;
}
