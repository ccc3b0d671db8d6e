import { untilWritten } from '#app/database.ts'
import type { View } from '#app/view.ts'
import { readSealedQuarter, type SealedQuarter } from '#lib/queries/sealed-quarter.ts'
import { subjectKey } from '#scorecards/restatement.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** A figure of a quarter as it was sealed, beside what it says today. */
export interface SealedFigure {
  /** `2026-Q3`. */
  readonly quarter: string
  readonly sealedAt: Date
  /** SHA-256 of all that was sealed of the quarter. */
  readonly hash: string
  readonly result: MetricResult
  readonly isRestated: boolean
  /** What it says today; null: it is told no more. */
  readonly current: MetricResult | null
}

const QUARTER = /^\d{4}-Q[1-4]$/

/** Whether a text has the form of a fiscal quarter, such as `2026-Q3`. */
export const isQuarter = (text: string): boolean => QUARTER.test(text)

/** The seal of a quarter; undefined where it was never sealed, or was other days then. */
export async function findSeal(range: View['range']): Promise<SealedQuarter | undefined> {
  const seal = await untilWritten(readSealedQuarter, range.text)
  const isSame =
    seal !== undefined && +seal.period.from === +range.from && +seal.period.to === +range.to
  return isSame ? seal : undefined
}

/** Figures of the quarter that a view shows; none where it was never sealed. */
export async function findSealedFigures({ range }: Pick<View, 'range'>): Promise<SealedFigure[]> {
  const seal = await findSeal(range)
  if (seal === undefined) return []
  const { quarter, sealedAt, hash, results, restated } = seal
  const others = new Map(restated.map(({ was, is }) => [subjectKey(was), is]))
  return results.map((result) => {
    const other = others.get(subjectKey(result))
    const isRestated = other !== undefined
    return { quarter, sealedAt, hash, result, isRestated, current: isRestated ? other : result }
  })
}
