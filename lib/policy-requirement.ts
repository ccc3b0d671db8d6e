import { z } from 'zod'
import { Moment } from '#lib/golden-path.ts'

/** What policy asks for, and which results of which tool are evidence of it. */

const text = z.string().min(1, 'expected a text that is not empty')

export const POLICY_TOOLS = [
  'conftest',
  'opa',
  'kyverno',
  'sarif',
  'scorecard',
  'provenance',
] as const
export type PolicyTool = (typeof POLICY_TOOLS)[number]

const Evidence = z
  .strictObject({
    tool: z.enum(POLICY_TOOLS),
    /** Glob of rules as the tool names them; `*` stands for a part between slashes, `**` for any. */
    rule: text.default('**'),
    /** The score of an OpenSSF Scorecard check that passes. */
    least: z.int().min(0).max(10).optional(),
    /** Glob of the builder that provenance must name. */
    builder: text.optional(),
    /** Glob of the workflow that provenance must name: `owner/name/path`. */
    workflow: text.optional(),
  })
  .superRefine(({ tool, least, builder, workflow }, context) => {
    const only = (key: string, value: unknown, of: PolicyTool) => {
      if (value === undefined || tool === of) return
      context.addIssue({ code: 'custom', path: [key], message: `expected only with tool: ${of}` })
    }
    only('least', least, 'scorecard')
    only('builder', builder, 'provenance')
    only('workflow', workflow, 'provenance')
  })

export const PolicyRequirement = z
  .strictObject({
    id: text,
    name: text,
    /** Only for work on this golden path. */
    path: text.optional(),
    workload: text.optional(),
    dataClassification: text.optional(),
    from: Moment,
    /** Not included. */
    to: Moment.optional(),
    evidence: z.array(Evidence).min(1, 'expected at least one tool whose results are evidence'),
  })
  .superRefine(({ from, to }, context) => {
    if (to === undefined || to > from) return
    context.addIssue({ code: 'custom', path: ['to'], message: 'expected a time after from' })
  })
export type PolicyRequirement = z.output<typeof PolicyRequirement>

export const PolicyRequirements = z.array(PolicyRequirement).superRefine((all, context) => {
  for (const [index, { id }] of all.entries()) {
    if (all.findIndex((one) => one.id === id) === index) continue
    const message = 'expected an id that no other has'
    context.addIssue({ code: 'custom', path: [index, 'id'], message })
  }
})
