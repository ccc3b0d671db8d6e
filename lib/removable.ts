/** Tables of events that a source may take back: their rows are then kept, and count nowhere. */
export const REMOVABLE = [
  'activities',
  'path_attempts',
  'provisioning_requests',
  'changes',
  'deployments',
  'incidents',
  'tickets',
] as const
