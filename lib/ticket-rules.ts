import { z } from 'zod'
import { REQUEST_TYPES } from '#lib/request-types.ts'
import { isAmong, ruleOf, ruleText, sayFirst, standsIn } from '#lib/rules.ts'

/** What a rule says of a ticket. */
const SAYS = {
  category: ruleText.optional(),
  severity: ruleText.optional(),
  type: z.enum(REQUEST_TYPES).optional(),
  /** Id of the golden path that it is about. */
  path: ruleText.optional(),
  /** Id of the team that asked. */
  team: ruleText.optional(),
  /** Who did what was asked for in the end. */
  executedBy: z.enum(['requester', 'platform']).optional(),
  /** Something new was designed together. */
  coDesign: z.boolean().optional(),
}

/** What a rule looks at. */
const LOOKS = {
  label: ruleText.optional(),
  /** Stands in the title. */
  text: ruleText.optional(),
}

/** As the source spells it. */
const PRIORITY = { priority: ruleText.optional() }

const JIRA_LOOKS = {
  ...LOOKS,
  ...PRIORITY,
  component: ruleText.optional(),
  issueType: ruleText.optional(),
  requestType: ruleText.optional(),
}

/** A rule on issues of GitHub. */
export const TicketRule = ruleOf(LOOKS, SAYS)
export type TicketRule = z.output<typeof TicketRule>

/** A rule on tickets that CDEvents tell of. */
export const EventTicketRule = ruleOf({ ...LOOKS, ...PRIORITY }, SAYS)
export type EventTicketRule = z.output<typeof EventTicketRule>

/** A rule on issues of Jira. */
export const JiraTicketRule = ruleOf(JIRA_LOOKS, SAYS)
export type JiraTicketRule = z.output<typeof JiraTicketRule>

/** What rules can look at; a source leaves out what it does not have. */
export interface TicketTraits {
  readonly title: string
  readonly labels: readonly string[]
  readonly priority?: string | null | undefined
  readonly components?: readonly string[]
  readonly issueType?: string | null
  readonly requestType?: string | null
}

type Said = keyof typeof SAYS
export type TicketSaying = Partial<Pick<TicketRule, Said>>

const SAID = Object.keys(SAYS) as Said[]

/** What the rules say of a ticket: of each matter the first that holds and speaks of it. */
export const applyRules = (
  rules: readonly JiraTicketRule[],
  {
    title,
    labels,
    priority = null,
    components = [],
    issueType = null,
    requestType = null,
  }: TicketTraits,
): TicketSaying =>
  sayFirst(
    rules,
    SAID,
    (rule) =>
      isAmong(labels, rule.label) &&
      isAmong([priority], rule.priority) &&
      isAmong(components, rule.component) &&
      isAmong([issueType], rule.issueType) &&
      isAmong([requestType], rule.requestType) &&
      standsIn(title, rule.text),
  )
