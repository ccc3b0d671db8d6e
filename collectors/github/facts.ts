import { z } from 'zod'
import type { PublishedRule } from '#collectors/evidence/publications.ts'
import type { HistoryFact, UnreadableRecord } from '#collectors/evidence/walk.ts'
import type { Track } from '#collectors/evidence/watch.ts'
import { type ApprovalFact, approvalRecord } from '#collectors/github/approvals.ts'
import type { MandatesFact } from '#collectors/github/branch-rules.ts'
import { type DeploymentFact, deploymentRecord } from '#collectors/github/deployments.ts'
import { type IssueFact, type IssueKind, issueRecord } from '#collectors/github/issues.ts'
import type { OwnerTold } from '#collectors/github/ownership.ts'
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
  | IssueInventoryFact
  | ({ readonly kind: 'repository' } & SeenRepository)
  | WatchedHistoryFact
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

/** All tickets or incidents there are: what is stored and not among them is gone. */
export interface IssueInventoryFact {
  readonly kind: 'inventory'
  readonly of: IssueKind
  /** GitHub's ids, by that of their repository. */
  readonly nodes: ReadonlyMap<string, readonly string[]>
  /** Repositories that are there and that nobody asks for them: what is stored of those stands. */
  readonly left: readonly string[]
}

/** With the history of the watched files: what is stored of what was looked at and not among it goes. */
export interface WatchedHistoryFact {
  readonly kind: 'history'
  /** Rules whose versions were read. */
  readonly rules: readonly PublishedRule[]
  /** What could not be looked at: it stays as it is stored. */
  readonly unread: readonly Track['subject'][]
}

/** What every place says of the owner now, and files before that. */
interface OwnershipFact extends OwnerTold {
  readonly kind: 'ownership'
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
