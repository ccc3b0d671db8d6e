import { z } from 'zod'
import { type Finding, type Format, isObject, readPart } from '#collectors/policy/finding.ts'
import { Moment } from '#lib/golden-path.ts'
import { tellFaults } from '#lib/shape-faults.ts'

// https://github.com/ossf/scorecard
const Report = z.looseObject({
  date: Moment,
  repo: z.looseObject({ name: z.string().min(1) }),
  checks: z.array(z.unknown()),
})

const Check = z.looseObject({
  name: z.string().min(1),
  /** -1: it came to no conclusion. */
  score: z.int().min(-1).max(10),
  documentation: z.looseObject({ url: z.string().optional() }).optional(),
})

/** The aggregate score depends on the version of the tool, and is not read. */
export const scorecard: Format = {
  name: 'OpenSSF Scorecard',
  isOf: (value) => isObject(value) && 'checks' in value && 'repo' in value,
  read: (value) => {
    const { data, error } = Report.safeParse(value)
    if (error) return [{ where: '', findings: [], fault: tellFaults(error) }]
    return data.checks.map((check, index) =>
      readPart(`checks.${index}`, Check, check, ({ name, score, documentation }): Finding[] => [
        {
          tool: 'scorecard',
          rule: name,
          subject: { type: 'repository', id: data.repo.name },
          result: scoreResult(score, BEST),
          severity: null,
          at: data.date,
          verified: null,
          url: documentation?.url ?? null,
          score,
        },
      ]),
    )
  },
}

/** What passes where no requirement says less. */
const BEST = 10

export function scoreResult(score: number, least: number) {
  if (score === -1) return 'inconclusive'
  return score >= least ? 'pass' : 'fail'
}
