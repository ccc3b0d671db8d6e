import { z } from 'zod'

/**
 * A golden path's rules: who it is meant for, what proves its use, what proves a way around. Written
 * in `desirepath.yaml`, stored as JSON with the path, read by collectors and scoring.
 */

const text = z.string().min(1, 'expected a text that is not empty')
/** A day (00:00 UTC) or an instant with offset, as `YYYY-MM-DDTHH:mm:ss.sssZ`. */
export const Moment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'expected a day such as 2026-01-31, or an instant with its offset',
  })
  .transform((value) => new Date(value).toISOString())

/** Limits when a rule belongs to the path: [since, until). */
const dated = { since: Moment.optional(), until: Moment.optional() }
const identified = { id: text.optional(), ...dated }

const FileEquals = z.strictObject({
  kind: z.literal('file-equals'),
  ...identified,
  /** The watched file in each service's repository. */
  path: text,
  /** The repository that publishes it, as `owner/name`. */
  publishedIn: text,
  /** Where it is published, when not under the same path; dated when it moved. */
  publishedPath: z
    .union([text, z.array(z.strictObject({ path: text, ...dated })).min(1)], {
      error: 'expected a path, or a list of { path, since, until }',
    })
    .optional(),
  /** A copy that says so itself leaves the path without counting as drift. */
  optOut: z
    .union([z.strictObject({ contains: text }), z.strictObject({ lacks: text })], {
      error: 'expected { contains: text } or { lacks: text }',
    })
    .optional(),
  /** A protected file that differs makes its service drifted, whatever the others do. */
  protected: z.boolean().optional(),
})

const WorkflowPin = z.strictObject({
  kind: z.literal('workflow-pin'),
  ...identified,
  /** `owner/name` or `owner/name/path` of an action or reusable workflow; matches what lies below. */
  uses: text.optional(),
  /** `namespace/name` of a CircleCI orb. */
  orb: text.optional(),
  /** The repository whose tags are its versions; `owner/name` of `uses` when left out. */
  publishedIn: text.optional(),
  /** Count pre-releases as versions. */
  preReleases: z.boolean().optional(),
})

const FilePresent = z.strictObject({ kind: z.literal('file-present'), ...identified, path: text })

const Annotation = z.strictObject({
  kind: z.literal('annotation'),
  ...identified,
  key: text,
  /** Any value counts when left out. */
  equals: text.optional(),
  file: text.default('catalog-info.yaml'),
})

export const EvidenceRule = z
  .discriminatedUnion('kind', [FileEquals, WorkflowPin, FilePresent, Annotation])
  .refine(
    (rule) =>
      rule.kind !== 'workflow-pin' || (rule.uses === undefined) !== (rule.orb === undefined),
    {
      error: 'expected exactly one of uses and orb',
    },
  )

export const OffPathRule = z.strictObject({
  kind: z.literal('workflow-file'),
  id: text.optional(),
  /** Workflow files that go around the path; one that refers to the path itself does not count. */
  glob: text,
})

const list = z.union([text.transform((one) => [one]), z.array(text).min(1)], {
  error: 'expected a text or a list of texts',
})

/** Every condition must hold. An attribute that is not known gives unknown, never "not eligible". */
export const EligibilityRule = z.strictObject({
  workload: list.optional(),
  lifecycle: list.optional(),
  tier: list.optional(),
  language: list.optional(),
  teams: list.optional(),
  services: list.optional(),
  exceptServices: list.optional(),
  /** Only repositories that hold this file, from the day they do. */
  file: text.optional(),
})

/** Thresholds of the adoption state machine (section 6 of the metric reference). */
export const AdoptionParameters = z.strictObject({
  entryShare: z.number().min(0).max(1).default(0.8),
  exitShare: z.number().min(0).max(1).default(0.6),
  partialShare: z.number().min(0).max(1).default(0.2),
  qualifyingUses: z.int().min(1).default(3),
  qualifyingWeeks: z.int().min(1).default(2),
  minimumActivities: z.int().min(1).default(5),
  minimumCoverage: z.number().min(0).max(1).default(0.8),
})

export const GoldenPathRules = z.strictObject({
  eligible: EligibilityRule.default({}),
  /** What proves use; `requires` says whether one rule suffices. */
  evidence: z
    .array(EvidenceRule)
    .refine((rules) => new Set(rules.map(toRuleId)).size === rules.length, {
      error: 'expected an id for each of two rules of the same kind and subject',
    })
    .default([]),
  requires: z.enum(['any', 'all']).default('any'),
  offPath: z.array(OffPathRule).default([]),
  /**
   * The work that the path could carry, which use is a share of: `changes` to the main line of its
   * services (done on the path when the evidence of that moment says so), production
   * `deployments`, `provisioning` requests, or `activities` that a source classifies itself.
   */
  work: z.enum(['changes', 'deployments', 'provisioning', 'activities']).default('changes'),
  adoption: AdoptionParameters.prefault({}),
  targets: z
    .array(
      z.strictObject({
        metric: text,
        baseline: text.optional(),
        target: text,
        by: z.iso.date().optional(),
      }),
    )
    .default([]),
})

export type GoldenPathRules = z.output<typeof GoldenPathRules>
export type EvidenceRule = z.output<typeof EvidenceRule>
export type OffPathRule = z.output<typeof OffPathRule>
export type EligibilityRule = z.output<typeof EligibilityRule>
export type AdoptionParameters = z.output<typeof AdoptionParameters>

/** The name under which a rule's evidence is stored: its own `id`, else its kind and subject. */
export function toRuleId(rule: EvidenceRule | OffPathRule): string {
  if (rule.id !== undefined) return rule.id
  switch (rule.kind) {
    case 'file-equals':
    case 'file-present':
      return `${rule.kind}:${rule.path}`
    case 'workflow-pin':
      return `workflow-pin:${rule.uses ?? rule.orb}`
    case 'annotation':
      return rule.equals === undefined
        ? `annotation:${rule.key}`
        : `annotation:${rule.key}=${rule.equals}`
    case 'workflow-file':
      return `off-path:${rule.glob}`
  }
}

/** One reference to an action, reusable workflow or orb. */
export const Pin = z.strictObject({
  /** `acme/deploy/setup`, without the `@`. */
  component: text,
  /** What follows the `@`, as written. */
  ref: text,
  /** The file that holds it. */
  file: text,
  /** A version that a comment claims for a commit; a hint that may lie. */
  comment: text.nullable(),
})
export type Pin = z.output<typeof Pin>
