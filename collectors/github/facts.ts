import { z } from 'zod'
import type { PublishedRule } from '#collectors/evidence/publications.ts'
import type { HistoryFact, UnreadableRecord } from '#collectors/evidence/walk.ts'
import { type ApprovalFact, approvalRecord } from '#collectors/github/approvals.ts'
import type { MandatesFact } from '#collectors/github/branch-rules.ts'
import { type DeploymentFact, deploymentRecord } from '#collectors/github/deployments.ts'
import { type IssueFact, type IssueKind, issueRecord } from '#collectors/github/issues.ts'
import type { OwnerClaim } from '#collectors/github/ownership.ts'
import type { ChangeFact } from '#collectors/github/pull-requests.ts'
import { changeRecord } from '#collectors/github/pull-requests.ts'
import { type PolicyFact, ruleSuiteRecord } from '#collectors/github/rule-suites.ts'
import { type AttemptsFact, runRecord } from '#collectors/github/runs.ts'
import type { TeamFact } from '#collectors/github/teams.ts'
import type { SeenRepository } from '#collectors/repository.ts'
import type { TierRule } from '#lib/environment-tier.ts'

/** What one record of GitHub says. */
export type GitHubFact =
  | TeamFact
  | { readonly kind: 'listing'; readonly nodes: readonly string[] }
  /** GitHub's ids of all tickets or incidents there are: what is stored and not among them is gone. */
  | { readonly kind: 'inventory'; readonly of: IssueKind; readonly nodes: readonly string[] }
  | ({ readonly kind: 'repository' } & SeenRepository)
  /** With all of its files' history: what is stored and not among it goes. */
  | { readonly kind: 'history'; readonly rules: readonly PublishedRule[] }
  | HistoryFact
  | OwnershipFact
  | ChangeFact
  | DeploymentFact
  | ApprovalFact
  | AttemptsFact
  | MandatesFact
  | IssueFact
  | PolicyFact
  | { readonly kind: 'ignored' }

/** What every place says of the owner now, and before that from when on. */
export interface OwnershipFact {
  readonly kind: 'ownership'
  readonly claims: readonly OwnerClaim[]
  /** By commits, oldest first. */
  readonly past: readonly { readonly at: string; readonly claims: readonly OwnerClaim[] }[]
  /** `past` goes back to the first commit, and not only to the reading before. */
  readonly isWhole: boolean
}

/** A record as it is fetched: a node as GitHub gave it, or a fact that was made from several. */
export type GitHubRecord =
  | {
      readonly kind: 'pull-request' | 'deployment' | 'approval' | 'issue' | 'rule-suite' | 'run'
      readonly node: unknown
    }
  | { readonly kind: 'fact'; readonly fact: GitHubFact }
  | UnreadableRecord

interface RecordRules {
  readonly bots: ReadonlySet<string>
  readonly tiers: readonly TierRule[]
}

export function gitHubRecord({ bots, tiers }: RecordRules): z.ZodType<GitHubFact> {
  return z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('pull-request'), node: changeRecord(bots) }),
      z.object({ kind: z.literal('deployment'), node: deploymentRecord({ bots, tiers }) }),
      z.object({ kind: z.literal('approval'), node: approvalRecord }),
      z.object({ kind: z.literal('run'), node: runRecord }),
      z.object({ kind: z.literal('rule-suite'), node: ruleSuiteRecord }),
      z.object({ kind: z.literal('issue'), node: issueRecord }),
      z.object({ kind: z.literal('fact'), fact: z.custom<GitHubFact>() }),
      z
        .object({ kind: z.literal('unreadable'), file: z.string(), reason: z.string() })
        .superRefine(({ file, reason }, context) => context.addIssue(`${file}: ${reason}`)),
    ])
    .transform((record): GitHubFact => {
      if (record.kind === 'fact') return record.fact
      return 'node' in record ? record.node : { kind: 'ignored' }
    })
}
