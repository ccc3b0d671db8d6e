import { formatDay } from '#app/format.ts'
import { plainName } from '#lib/plain-names.ts'
import type { MetricResult } from '#scorecards/result.ts'

type Cell = Pick<MetricResult, 'parameters'>

/** How a reader calls the cell of a metric that is a table: `adopted, 4 weeks later`; null for one number. */
export function cellWords({ parameters }: Cell): string | null {
  const { cohort, weeks, step, type, theme, linkType } = parameters
  if (typeof cohort === 'string') {
    const begun =
      cohort === 'all'
        ? 'all old enough'
        : `adopted in four weeks from ${formatDay(new Date(cohort))}`
    return `${begun}, ${weeks} weeks later`
  }
  if (typeof step === 'string') return STEPS[step] ?? plainName(step)
  if (typeof linkType === 'string') return LINKS[linkType] ?? plainName(linkType)
  const word = theme ?? type
  return typeof word === 'string' ? plainName(word) : null
}

const STEPS: Readonly<Record<string, string>> = {
  attempted: 'tried it, of those that could',
  first_success: 'succeeded once, of those that tried it',
  repeat: 'succeeded again, of those that did once',
  adopted: 'adopted it, of those that succeeded again',
  retained_12w: 'kept it for 12 weeks, of those that adopted it',
}

const LINKS: Readonly<Record<string, string>> = {
  deployment_team: 'deployments with a team',
  deployment_changes: 'deployments with their changes',
  deployment_path: 'deployments with a golden path',
  incident_deployment: 'incidents with a deployment',
  service_owner: 'services with an owner',
}
