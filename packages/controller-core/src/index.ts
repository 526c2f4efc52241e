export { Blocking, type Blocker, type BlockingJob } from './domain/blocking.js';
export {
  defaultRates,
  machineCapacity,
  nodeCapacity,
  percentRemaining,
  type CapacityRates,
  type Machine,
  type MachineCapacity,
  type NodeCapacity,
} from './domain/capacity.js';
export { DomainError, type DomainErrorCode } from './domain/domain-error.js';
export {
  CONTROL_PLANE,
  Fleet,
  type FleetGroup,
  type FleetNode,
  type Placement,
  type PlacementRequest,
} from './domain/fleet.js';
export { groupMembers, type PolicyGroup, type PolicyInstance } from './domain/group-policy.js';
export {
  instanceTransitions,
  isWatched,
  nextInstanceState,
  type InstanceEvent,
  type InstanceState,
} from './domain/instance-states.js';
export { nodeTypes, runsControlPlane, runsUserJobs, type NodeType } from './domain/instance.js';
export {
  isActive,
  jobTransitions,
  nextJobState,
  type JobEvent,
  type JobState,
} from './domain/job-states.js';
export { isLost, lostAfterMs } from './domain/lost-nodes.js';
export { CONTROL_IMPACT, isControlTask, taskImpact, type Task } from './domain/task-impact.js';
export type { TransitionTable } from './domain/transition-table.js';
