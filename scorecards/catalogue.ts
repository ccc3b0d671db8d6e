import { automatedEvidenceShare } from '#scorecards/metrics/automated-evidence-share.ts'
import { automatedFulfilmentRate } from '#scorecards/metrics/automated-fulfilment-rate.ts'
import { bypassRate } from '#scorecards/metrics/bypass-rate.ts'
import { changeFailRate } from '#scorecards/metrics/change-fail-rate.ts'
import { changeLeadTime } from '#scorecards/metrics/change-lead-time.ts'
import { cohortRetention } from '#scorecards/metrics/cohort-retention.ts'
import { commentThemeShare } from '#scorecards/metrics/comment-theme-share.ts'
import { completePolicyEvidenceChanges } from '#scorecards/metrics/complete-policy-evidence-changes.ts'
import { completePolicyEvidenceRequests } from '#scorecards/metrics/complete-policy-evidence-requests.ts'
import { csatTop2 } from '#scorecards/metrics/csat-top2.ts'
import { deploymentFrequency } from '#scorecards/metrics/deployment-frequency.ts'
import { deploymentReworkRate } from '#scorecards/metrics/deployment-rework-rate.ts'
import { driftRate } from '#scorecards/metrics/drift-rate.ts'
import { evidenceTimeliness } from '#scorecards/metrics/evidence-timeliness.ts'
import { exceptionDecisionTime } from '#scorecards/metrics/exception-decision-time.ts'
import { exceptionPrevalence } from '#scorecards/metrics/exception-prevalence.ts'
import { failedDeploymentRecoveryTime } from '#scorecards/metrics/failed-deployment-recovery-time.ts'
import { failedProvisioningRate } from '#scorecards/metrics/failed-provisioning-rate.ts'
import { freeChoiceAdoptionRate } from '#scorecards/metrics/free-choice-adoption-rate.ts'
import { funnelConversion } from '#scorecards/metrics/funnel-conversion.ts'
import { humanWaitShare } from '#scorecards/metrics/human-wait-share.ts'
import { interactionModeMix } from '#scorecards/metrics/interaction-mode-mix.ts'
import { internalNps } from '#scorecards/metrics/internal-nps.ts'
import { lapseRate } from '#scorecards/metrics/lapse-rate.ts'
import { linkageRate } from '#scorecards/metrics/linkage-rate.ts'
import { newWorkChoiceRate } from '#scorecards/metrics/new-work-choice-rate.ts'
import { newcomerSupportRatio } from '#scorecards/metrics/newcomer-support-ratio.ts'
import { nonadopterVoice } from '#scorecards/metrics/nonadopter-voice.ts'
import { overdueExceptions } from '#scorecards/metrics/overdue-exceptions.ts'
import { pathShareOfActivity } from '#scorecards/metrics/path-share-of-activity.ts'
import { platformCausedFailureShare } from '#scorecards/metrics/platform-caused-failure-share.ts'
import { rollbackRate } from '#scorecards/metrics/rollback-rate.ts'
import { sourceCoverage } from '#scorecards/metrics/source-coverage.ts'
import { supportRequestMix } from '#scorecards/metrics/support-request-mix.ts'
import { supportRequestsPer100Uses } from '#scorecards/metrics/support-requests-per-100-uses.ts'
import { supportRequestsPerWeek } from '#scorecards/metrics/support-requests-per-week.ts'
import { supportResolutionTime } from '#scorecards/metrics/support-resolution-time.ts'
import { surveyResponseRate } from '#scorecards/metrics/survey-response-rate.ts'
import { timeToAdopt } from '#scorecards/metrics/time-to-adopt.ts'
import { timeToFirstSuccess } from '#scorecards/metrics/time-to-first-success.ts'
import { timeToUsableEnvironment } from '#scorecards/metrics/time-to-usable-environment.ts'
import { totalAdoptionRate } from '#scorecards/metrics/total-adoption-rate.ts'
import { umuxLite } from '#scorecards/metrics/umux-lite.ts'
import { versionLag } from '#scorecards/metrics/version-lag.ts'
import { voluntaryAdoptionRate } from '#scorecards/metrics/voluntary-adoption-rate.ts'
import type { MetricDefinition } from '#scorecards/result.ts'
import { OVER_WINDOW_WORDS } from '#scorecards/words.ts'

/** Every metric, area by area. */
export const definitions: readonly MetricDefinition[] = [
  voluntaryAdoptionRate.definition,
  totalAdoptionRate.definition,
  freeChoiceAdoptionRate.definition,
  pathShareOfActivity.definition,
  timeToAdopt.definition,
  cohortRetention.definition,
  funnelConversion.definition,
  timeToFirstSuccess.definition,
  bypassRate.definition,
  driftRate.definition,
  versionLag.definition,
  lapseRate.definition,
  newWorkChoiceRate.definition,
  timeToUsableEnvironment.definition,
  changeLeadTime.definition,
  deploymentFrequency.definition,
  automatedFulfilmentRate.definition,
  humanWaitShare.definition,
  failedProvisioningRate.definition,
  rollbackRate.definition,
  changeFailRate.definition,
  failedDeploymentRecoveryTime.definition,
  deploymentReworkRate.definition,
  platformCausedFailureShare.definition,
  supportRequestsPerWeek.definition,
  supportRequestsPer100Uses.definition,
  supportRequestMix.definition,
  newcomerSupportRatio.definition,
  supportResolutionTime.definition,
  interactionModeMix.definition,
  internalNps.definition,
  csatTop2.definition,
  umuxLite.definition,
  commentThemeShare.definition,
  surveyResponseRate.definition,
  nonadopterVoice.definition,
  completePolicyEvidenceRequests.definition,
  completePolicyEvidenceChanges.definition,
  evidenceTimeliness.definition,
  automatedEvidenceShare.definition,
  exceptionPrevalence.definition,
  overdueExceptions.definition,
  exceptionDecisionTime.definition,
  sourceCoverage.definition,
  linkageRate.definition,
]

const byId = new Map(definitions.map((definition) => [definition.id, definition]))

/** @throws {Error} when there is no such metric */
export function definitionOf(metricId: string): MetricDefinition {
  const definition = byId.get(metricId)
  if (definition === undefined) throw new Error(`there is no metric ${metricId}`)
  return definition
}

/** The text of METRICS.md. */
export function renderCatalogue(): string {
  const areas = [...Map.groupBy(definitions, ({ area }) => area)]
  return `${[INTRODUCTION, ...areas.map(renderArea)].join('\n\n')}\n`
}

const INTRODUCTION = `# Metrics

What every number means, printed from \`scorecards/metrics/\`. \`desirepath show <id>\` prints one with
the rows behind it. No metric is about a person.

A result says how many cases it rests on (\`n\`), how many it could not judge (\`nUnknown\`), which share
of its window the sources covered, and one status, the first that holds:

| Status | Means |
| --- | --- |
| \`not_applicable\` | the question does not arise here |
| \`source_missing\` | nothing is connected that could tell |
| \`no_data\` | less than half of the window was read |
| \`no_denominator\` | read, and there was no case |
| \`insufficient_sample\` | fewer cases than the value needs; the counts are shown |
| \`source_partial\` | less than 90 % of the window was read, or over 20 % of the cases are unknown |
| \`ok\` | none of these |

The band looks at the whole interval: \`good\` and \`bad\` only where all of it is on that side of the cut
point, \`good_uncertain\` and \`bad_uncertain\` where only the value is, \`watch\` between. \`insufficient\`: not
enough to say; \`none\`: no cut points. Cut points are our own unless said otherwise.`

function renderArea([area, members]: [string, readonly MetricDefinition[]]): string {
  const title = `## ${area.charAt(0).toUpperCase()}${area.slice(1)}`
  return [title, ...members.map(renderMetric)].join('\n\n')
}

function renderMetric(metric: MetricDefinition): string {
  const { id, key, name, unit, direction, version } = metric
  const better = direction === 'none' ? 'neither way is better' : `better when ${direction}`
  return `### ${id} ${name}

\`${key}\`, in ${unit}; ${better}. Definition ${version}.

${metric.definition}

${ROWS.map(([label, field]) => `- **${label}:** ${sentence(metric[field])}`).join('\n')}
- **Over another window:** ${OVER_WINDOW_WORDS[metric.toldOf ?? 'window']}
- **Shown beside it:** ${metric.guardrails.join(', ')}`
}

const ROWS = [
  ['Formula', 'formula'],
  ['Who counts', 'eligibleSet'],
  ['Window', 'window'],
  ['Minimum', 'minimumSample'],
  ['Missing data', 'missingData'],
  ['Interval', 'interval'],
  ['Bands', 'bands'],
  ['Misleads when', 'misleadsWhen'],
] as const

const sentence = (text: string) => (text.endsWith('.') ? text : `${text}.`)
