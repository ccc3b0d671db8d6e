/** Tables of events whose rows may be removed at their source: they are then kept as gone, and count nowhere. */
export const REMOVABLE = [
  'activities',
  'path_attempts',
  'provisioning_requests',
  'changes',
  'deployments',
  'incidents',
  'tickets',
] as const
