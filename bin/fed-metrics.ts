import type { FactTable } from '#db/natural-keys.ts'

const USE: readonly FactTable[] = ['usage_evidence', 'changes', 'service_owners']

/** What each metric is computed from, by its key, for paths whose work is changes. */
const NEEDS: Readonly<Record<string, readonly FactTable[]>> = {
  voluntary_adoption_rate: USE,
  total_adoption_rate: USE,
  free_choice_adoption_rate: USE,
  path_share_of_activity: USE,
  time_to_adopt: USE,
  cohort_retention: USE,
  funnel_conversion: [...USE, 'path_attempts'],
  time_to_first_success: ['path_attempts'],
  new_work_choice_rate: ['services'],
  bypass_rate: USE,
  drift_rate: ['usage_evidence', 'path_versions'],
  version_lag: ['usage_evidence', 'path_versions'],
  lapse_rate: USE,
  time_to_usable_environment: ['provisioning_requests'],
  change_lead_time: ['changes', 'deployments'],
  deployment_frequency: ['deployments'],
  automated_fulfilment_rate: ['provisioning_requests', 'steps'],
  human_wait_share: ['provisioning_requests', 'steps'],
  failed_provisioning_rate: ['provisioning_requests'],
  rollback_rate: ['deployments'],
  change_fail_rate: ['deployments', 'incidents'],
  failed_deployment_recovery_time: ['deployments', 'incidents'],
  deployment_rework_rate: ['deployments', 'incidents'],
  platform_caused_failure_share: ['deployments', 'incidents'],
  support_requests_per_week: ['tickets'],
  support_requests_per_100_uses: ['tickets', ...USE],
  request_type_mix: ['tickets'],
  newcomer_support_ratio: ['tickets', 'path_attempts'],
  support_resolution_time: ['tickets'],
  interaction_mode_mix: ['tickets', ...USE],
  internal_nps: ['survey_responses'],
  csat_top2: ['survey_responses'],
  umux_lite: ['survey_responses'],
  comment_theme_share: ['survey_responses'],
  survey_response_rate: ['survey_waves', 'survey_responses'],
  nonadopter_voice: ['survey_responses'],
  complete_policy_evidence_requests: [
    'policy_requirements',
    'policy_evidence',
    'provisioning_requests',
  ],
  complete_policy_evidence_changes: ['policy_requirements', 'policy_evidence', 'deployments'],
  evidence_timeliness: ['policy_requirements', 'policy_evidence', 'deployments'],
  automated_evidence_share: ['policy_evidence', 'deployments'],
  exception_prevalence: ['exceptions'],
  overdue_exceptions: ['exceptions'],
  exception_decision_time: ['exceptions'],
  linkage_rate: ['deployments', 'incidents', 'service_owners'],
}

export interface FedMetrics {
  /** Keys of those that a source suffices for. */
  readonly whole: readonly string[]
  /** Keys of those that it brings a part of, with what is still needed. */
  readonly part: readonly { readonly key: string; readonly lacks: readonly FactTable[] }[]
  readonly none: readonly string[]
}

/** Which metrics can be computed from `tables`. That a source is covered needs no facts. */
export function listFedMetrics(tables: ReadonlySet<FactTable>): FedMetrics {
  const fed = Object.entries(NEEDS).map(([key, needs]) => ({
    key,
    needs: needs.length,
    lacks: needs.filter((table) => !tables.has(table)),
  }))
  return {
    whole: fed.filter(({ lacks }) => lacks.length === 0).map(({ key }) => key),
    part: fed.filter(({ lacks, needs }) => lacks.length > 0 && lacks.length < needs),
    none: fed.filter(({ lacks, needs }) => lacks.length === needs).map(({ key }) => key),
  }
}
