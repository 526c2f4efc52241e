/**
 * What a control plane over the mesh decides, without a clock, a database or a network: how many forks a node takes, which node a
 * job goes to, what keeps it from running, who is in which instance group, and the states of instances and jobs. Jobs of users run on execution and hybrid nodes
 * alone. The formulas are those of AWX; where they lose, the difference is in the comment of the function.
 *
 * ```ts
 * import { Fleet, machineCapacity, nodeCapacity, taskImpact } from '@receptorjs/controller-core';
 *
 * const machine = machineCapacity({ cpus: 4, memoryBytes: 4 * 2 ** 30 });
 * const capacity = nodeCapacity({ nodeType: 'execution', isEnabled: true, adjustment: 1, ...machine });
 * const none = { isContainerGroup: false, maxConcurrentJobs: 0, maxForks: 0, jobs: 0, forks: 0 };
 * const fleet = new Fleet(
 *   [
 *     { hostname: 'control-1', nodeType: 'control', capacity: 10, consumed: 0 },
 *     { hostname: 'far-1', nodeType: 'execution', capacity, consumed: 0 },
 *   ],
 *   [
 *     { name: 'controlplane', hostnames: ['control-1'], ...none },
 *     { name: 'default', hostnames: ['far-1'], ...none },
 *   ],
 * );
 * const impact = taskImpact({ type: 'job', forks: 5, hosts: 40 });
 * console.log(fleet.place({ impact, isControlTask: false, groups: ['default'] }));
 * console.log(fleet.left('far-1')); // 14 of 20
 * ```
 *
 * @packageDocumentation
 */
export { AdHocLaunch } from './application/launching/ad-hoc-launch.js';
export {
  JobRelaunch,
  type JobRelaunchRequest,
  type RelaunchRequirements,
} from './application/launching/job-relaunch.js';
export {
  type LaunchCredential,
  type Passwords,
} from './application/launching/launch-credentials.js';
export { LaunchError, type LaunchProblems } from './application/launching/launch-error.js';
export type {
  LaunchAuthor,
  LaunchPorts,
  LaunchStores,
} from './application/launching/launch-ports.js';
export { promptFlags, type LaunchPrompts } from './application/launching/launch-prompts.js';
export { preferredGroups } from './application/launching/preferred-groups.js';
export {
  TemplateLaunch,
  type LaunchedJobs,
  type LaunchRequirements,
  type TemplateLaunchRequest,
} from './application/launching/template-launch.js';
export { UpdateLaunch, type Updatable } from './application/launching/update-launch.js';
export { projectOf } from './application/updates/update-records.js';
export { adHocModules } from './domain/ad-hoc-modules.js';
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
export {
  CONTROL_WORK_TYPE,
  discoveredType,
  EXECUTION_WORK_TYPE,
  type DiscoveredNode,
} from './domain/discovery.js';
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
export type {
  JobRun,
  CommandTask,
  ModuleTask,
  PlaybookTask,
  RunContainer,
  RunEnd,
  RunEvent,
} from './ports/job-run.js';
export {
  MeshError,
  type FoundUnit,
  type HealthReport,
  type JobMesh,
  type ClusterLogin,
  type JobPod,
  type JobSubmission,
  type MeshErrorCode,
  type MeshView,
  type MeshWatch,
  type ObservedLink,
  type ObservedNode,
  type UnitAddress,
  type OutputPosition,
  type UnitFollowing,
} from './ports/mesh.js';
export {
  storageChannels,
  type ChangeFeed,
  type EngineStores,
  type StorageChannel,
} from './ports/controller-storage.js';
export type { ControllerLease, ControllerLeases, LeaseRenewal } from './ports/controller-leases.js';
export type { HousekeepingStore, RemainingJob } from './ports/housekeeping-store.js';
export type { InstanceHealth, InstanceStore, NewInstance, UpLink } from './ports/instance-store.js';
export type { Assignment } from './domain/scheduling-pass.js';
export type {
  CancelOutcome,
  JobQueue,
  NewJob,
  PendingJob,
  QueueSnapshot,
} from './ports/job-queue.js';
export type { ChangePage, ChangePosition, JobChange, JobChanges } from './ports/job-changes.js';
export type { EventPage, JobRecords } from './ports/job-records.js';
export type {
  ClaimedJob,
  ClaimStatus,
  Submission,
  HostOutcome,
  JobClaim,
  JobFacts,
  NewJobEvent,
  OwnedJobs,
  RunPosition,
} from './ports/owned-jobs.js';
export type * from './ports/records/credentials.js';
export type * from './ports/records/identity.js';
export type * from './ports/records/inventory.js';
export type * from './ports/records/jobs.js';
export type { Json, JsonObject } from './ports/records/json.js';
export type * from './ports/records/mesh.js';
export type * from './ports/records/system.js';
export type * from './ports/records/templates.js';
export { StorageError, type StorageErrorCode } from './ports/storage-error.js';
export {
  lookups,
  ResourceStoreError,
  type Comparand,
  type Criterion,
  type Lookup,
  type OrderKey,
  type ResourceStore,
  type ResourceStoreErrorCode,
  type Row,
  type RowGroup,
  type RowQuery,
} from './ports/resource-store.js';
export type { LoginSession, SessionStore } from './ports/session-store.js';
export type { Conclusion, EndedRun, Preparing, RunSource } from './ports/run-source.js';
export type {
  ProjectCopy,
  ProjectFiles,
  ProjectFolders,
  ProjectPlace,
  RunFiles,
} from './ports/project-folders.js';
export type {
  DependencyStore,
  ImportCounts,
  ImportRules,
  ProjectContent,
  UpdateStore,
} from './ports/updates.js';
export {
  ARCHIVE_SCHEMES,
  readScmAddress,
  SCM_SCHEMES,
  ScmHostRules,
  shownAddress,
  withStoredPassword,
  type ScmAddress,
} from './domain/scm-address.js';
export {
  readInventory,
  type ImportedGroup,
  type ImportedHost,
  type ImportedInventory,
  type ImportFilter,
} from './domain/imported-inventory.js';
export { ASK, neededPasswords, type AskingCredential } from './domain/needed-passwords.js';
export { updateNeed, type LastUpdate, type UpdateNeed } from './domain/update-needs.js';
export {
  inventoryUpdateJob,
  isUpdatable,
  projectUpdateJob,
  type UpdateOrigin,
} from './application/updates/update-jobs.js';
export { UpdateSource, type UpdateSourceOptions } from './application/updates/update-source.js';
export { UpdateEngine, type UpdateEngineOptions } from './application/updates/update-engine.js';
export type { Clock } from './ports/clock.js';
export { systemClock } from './application/time/system-clock.js';
export { ControlEngine, type ControlEngineOptions } from './application/control-engine.js';
export {
  FleetMonitor,
  type DiscoveryPolicy,
  type FleetMonitorOptions,
  type OwnNode,
} from './application/fleet/fleet-monitor.js';
export { Dispatcher, type DispatcherOptions } from './application/jobs/dispatcher.js';
export { type JobRunnerOptions } from './application/jobs/job-runner.js';
export {
  Scheduler,
  type PassOutcome,
  type SchedulerOptions,
} from './application/jobs/scheduler.js';
export { DescribedRuns } from './application/jobs/described-run.js';
export type {
  PodMaterials,
  RunMaterials,
  RunMaterialsStore,
  UsableCredential,
} from './ports/run-materials.js';
export { podManifest, type PodManifestOptions } from './domain/pod-manifest.js';
export type { JobTracer } from './ports/job-tracer.js';
export { JoinError, type JoinErrorCode } from './application/joining/join-error.js';
export {
  Joining,
  type JoinApplication,
  type JoinedNode,
  type JoiningOptions,
  type JoinStores,
} from './application/joining/joining.js';
export {
  makeJoinToken,
  type JoinTokenRequest,
  type NewJoinToken,
} from './application/joining/join-tokens.js';
export type {
  JoiningType,
  JoinStore,
  MeshAddress,
  TokenRefusal,
  TokenUse,
  UsedToken,
} from './ports/join-store.js';
export type { MeshAuthority, NodeCertificate, OpenAuthority } from './ports/mesh-authority.js';
