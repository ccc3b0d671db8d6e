import type { Schema } from '#db/schema.ts'
import type { REMOVABLE } from '#lib/removable.ts'

/** Tables that collectors fill, each with the columns that name a row. */
export const NATURAL_KEYS = {
  teams: ['id'],
  repositories: ['id'],
  repository_attributes: ['source_id', 'repository_id', 'attribute', 'valid_from'],
  services: ['id'],
  service_owners: ['source_id', 'service_id', 'owned_from'],
  golden_paths: ['id'],
  path_versions: ['source_id', 'path_id', 'rule_id', 'sequence'],
  eligibility: ['source_id', 'native_id'],
  mandates: ['source_id', 'native_id'],
  exceptions: ['source_id', 'native_id'],
  usage_evidence: ['source_id', 'path_id', 'rule_id', 'repository_id', 'valid_from'],
  activities: ['source_id', 'native_id'],
  path_attempts: ['source_id', 'native_id'],
  provisioning_requests: ['source_id', 'native_id'],
  environment_events: ['source_id', 'native_id'],
  steps: ['source_id', 'native_id'],
  changes: ['source_id', 'native_id'],
  deployments: ['source_id', 'native_id'],
  deployment_statuses: ['source_id', 'deployment_id', 'occurred_at', 'state'],
  incidents: ['source_id', 'native_id'],
  tickets: ['source_id', 'native_id'],
  survey_waves: ['source_id', 'native_id'],
  survey_responses: ['source_id', 'native_id'],
  survey_unmapped_groups: ['source_id', 'wave_id', 'answer'],
  policy_requirements: ['source_id', 'native_id'],
  policy_evidence: ['source_id', 'native_id'],
} as const satisfies Partial<Record<keyof Schema, readonly string[]>>

export type FactTable = keyof typeof NATURAL_KEYS

/** Tables with `gone_at`: a row of it is kept when its source takes it back. */
export type RemovableTable = Extract<FactTable, (typeof REMOVABLE)[number]>
