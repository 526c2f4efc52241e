import type { InstanceState } from '../../domain/instance-states.js';
import type { NodeType } from '../../domain/instance.js';
/** Nodes, or pods, that jobs run on. */
export interface InstanceGroup {
  readonly id: number;
  readonly name: string;
  readonly is_container_group: boolean;
  readonly credential_id: number | null;
  readonly pod_spec_override: string;
  readonly max_concurrent_jobs: number;
  readonly max_forks: number;
  readonly policy_instance_percentage: number;
  readonly policy_instance_minimum: number;
  readonly policy_instance_list: readonly string[];
  readonly created: Date;
  readonly modified: Date;
}

/** A link of the mesh, from the node that has made it. `state_since` is when its state changed last. */
export interface InstanceLink {
  readonly id: number;
  readonly source_id: number;
  readonly target_id: number;
  readonly target_address_id: number | null;
  readonly link_state: 'adding' | 'established' | 'disconnected' | 'removing';
  readonly state_since: Date;
  readonly cost: number | null;
  readonly rtt_ms: number | null;
  readonly created: Date;
  readonly modified: Date;
}

/** A node of the mesh. `memory` in bytes, `cpu` in cores as decimal text. */
export interface Instance {
  readonly id: number;
  readonly hostname: string;
  readonly uuid: string;
  readonly node_type: NodeType;
  readonly node_state: InstanceState;
  readonly enabled: boolean;
  readonly managed: boolean;
  readonly managed_by_policy: boolean;
  readonly approved: boolean;
  readonly capacity_adjustment: string;
  readonly cpu: string;
  readonly memory: number;
  readonly cpu_capacity: number;
  readonly mem_capacity: number;
  readonly capacity: number;
  readonly version: string;
  readonly errors: string;
  readonly ip_address: string | null;
  readonly listener_port: number | null;
  readonly peers_from_control_nodes: boolean;
  /** When jobs that still run there are dealt with as `drain_action` says, once it is taken out; null for never. */
  readonly drain_deadline: Date | null;
  /** What becomes of them then: they are left to come to their ends, or canceled. */
  readonly drain_action: 'wait' | 'cancel';
  readonly last_seen: Date | null;
  readonly last_health_check: Date | null;
  readonly health_check_started: Date | null;
  /** When a person has asked for a check last. */
  readonly health_check_requested: Date | null;
  readonly created: Date;
  readonly modified: Date;
}

/** Where a node listens. */
export interface ReceptorAddress {
  readonly id: number;
  readonly instance_id: number;
  readonly address: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'ws' | 'wss';
  readonly websocket_path: string;
  readonly is_internal: boolean;
  readonly canonical: boolean;
  readonly peers_from_control_nodes: boolean;
}
