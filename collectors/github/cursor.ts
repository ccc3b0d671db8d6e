import { z } from 'zod'
import type { Description } from '#collectors/evidence/catalogue.ts'
import { KnownAlerts } from '#collectors/github/alerts.ts'
import { KnownRules } from '#collectors/github/branch-rules.ts'
import { Progress } from '#collectors/github/pages.ts'
import { Moved } from '#collectors/github/repositories.ts'

/** Where the next run of a repository goes on. */
export const RepositoryCursor = z.object({
  /** GitHub's id of the repository, which a new name leaves alone. */
  node: z.string(),
  /** JSON of what its row was made from; null before there was one. */
  row: z.string().nullable(),
  /** How far back the first reading went. */
  since: z.string(),
  /** By GitHub's clock, when the last whole reading began; null before there was one. */
  readAt: z.string().nullable(),
  /** How it stood then. */
  moved: Moved.nullable(),
  changes: Progress,
  deployments: Progress,
  /** Since when all approvals are known; null: since ever. */
  approvedFrom: z.string().nullable().default(null),
  /** What the default branch is held to; null: not read. */
  rules: KnownRules.nullable().default(null),
  /** What came of its open alerts. */
  alerts: KnownAlerts.default({}),
  /** Deployments of which more is to come. */
  unsettled: z.array(z.object({ id: z.string(), createdAt: z.string(), state: z.string() })),
  /** Update of the newest ticket that was read. */
  tickets: z.string().nullable(),
  /** The commit whose files were read for an owner, and what they said. */
  files: z
    .object({
      head: z.string(),
      descriptions: z.array(z.custom<Description>()),
      codeowners: z.array(z.string()).nullable(),
      /** The commits that touched them last; null: nobody asked. */
      last: z.array(z.string()).nullable().default(null),
    })
    .nullable()
    // Of another shape: they are read again, and nothing else is.
    .catch(null),
  /** The commit up to which the watched files were followed, and what they were then. */
  history: z.object({ head: z.string(), signature: z.string() }).nullable(),
  /** JSON of what was said of the owner. */
  claims: z.string(),
})
export type RepositoryCursor = z.output<typeof RepositoryCursor>

/** What is read of the whole organisation, once a day. */
export const OrganisationCursor = z.object({
  teamsReadAt: z.string().nullable(),
  /** Teams that may own a repository, by its node id. */
  candidates: z.record(z.string(), z.array(z.string())),
  /** Value of the configured custom property, by the repository's database id. */
  property: z.record(z.string(), z.string()),
})
export type OrganisationCursor = z.output<typeof OrganisationCursor>

/** When it was last looked which tickets, or incidents, are gone, by our clock. */
export const ReconciledCursor = z.object({ reconciledAt: z.string() })

/** When it was last told which golden paths are required, by our clock, and as JSON which. */
export const MandatesCursor = z.object({ mandatesToldAt: z.string(), required: z.string() })

/** When the rule suites were read last, by our clock. */
export const RuleSuitesCursor = z.object({ ruleSuitesReadAt: z.string().nullable() })
