import { z } from 'zod'
import { isAmong, ruleOf, ruleText, sayFirst, standsIn } from '#lib/rules.ts'

/** What a rule says of an incident. */
const SAYS = {
  severity: ruleText.optional(),
  cause: z.enum(['platform', 'user_input', 'policy', 'dependency']).optional(),
  /** It is none: a drill, a test, or noise. */
  ignore: z.boolean().optional(),
}

const LABEL = { label: ruleText.optional() }

/** What every source of incidents has. */
const TEXT = {
  /** Stands in the title. */
  text: ruleText.optional(),
}

const PAGER = {
  /** As the source calls it, by id or name. */
  service: ruleText.optional(),
  priority: ruleText.optional(),
}

const URGENCY = { urgency: ruleText.optional() }

/** A rule on issues of GitHub that are incidents. */
export const IssueIncidentRule = ruleOf({ ...LABEL, ...TEXT }, SAYS)

/** A rule on incidents of PagerDuty. */
export const PagerDutyRule = ruleOf({ ...PAGER, ...URGENCY, ...TEXT }, SAYS)

/** A rule on incidents of Opsgenie, whose labels are called tags. */
export const OpsgenieRule = ruleOf({ ...LABEL, ...PAGER, ...TEXT }, SAYS)

/** A rule on incidents of any source. */
export type IncidentRule = z.output<typeof IssueIncidentRule> & z.output<typeof PagerDutyRule>

/** What rules can look at; a source leaves out what it does not have. */
export interface IncidentTraits {
  readonly title: string
  readonly labels?: readonly string[]
  /** Everything that the services are called. */
  readonly services?: readonly string[]
  readonly priority?: string | null
  readonly urgency?: string | null
}

type Said = keyof typeof SAYS
export type IncidentSaying = Partial<Pick<IncidentRule, Said>>

const SAID = Object.keys(SAYS) as Said[]

/** What the rules say of an incident: of each matter the first that holds and speaks of it. */
export const applyIncidentRules = (
  rules: readonly IncidentRule[],
  { title, labels = [], services = [], priority = null, urgency = null }: IncidentTraits,
): IncidentSaying =>
  sayFirst(
    rules,
    SAID,
    (rule) =>
      isAmong(labels, rule.label) &&
      isAmong(services, rule.service) &&
      isAmong([priority], rule.priority) &&
      isAmong([urgency], rule.urgency) &&
      standsIn(title, rule.text),
  )
