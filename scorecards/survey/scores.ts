import { tQuantile } from '#lib/stats/distributions.ts'
import { type Interval, TAIL, Z } from '#lib/stats/level.ts'

/** How 0-10 answers to "would you recommend it" are told apart. */
export type Stance = 'promoter' | 'passive' | 'detractor'

/** Promoters said 9 or 10, detractors 0 to 6. */
export function stanceOf(score: number): Stance {
  if (score >= 9) return 'promoter'
  return score >= 7 ? 'passive' : 'detractor'
}

export interface NetPromoterScore {
  readonly promoters: number
  readonly passives: number
  readonly detractors: number
  /** -100 to 100: share of promoters less that of detractors, times 100. Null without answers. */
  readonly value: number | null
  /** The value that the interval is built around. */
  readonly adj: number | null
  readonly se: number | null
  /** Within -100 and 100. */
  readonly ci: Interval | null
}

/**
 * The net promoter score of answers from 0 to 10, with an adjusted Wald interval: three answers are
 * added, three quarters of one to either end. B. Rocks, The American Statistician 70 (2016).
 */
export function nps(scores: readonly number[]): NetPromoterScore {
  const count = (stance: Stance) => scores.filter((score) => stanceOf(score) === stance).length
  const counts = {
    promoters: count('promoter'),
    passives: count('passive'),
    detractors: count('detractor'),
  }
  const { promoters, detractors } = counts
  const n = scores.length
  if (n === 0) return { ...counts, value: null, adj: null, se: null, ci: null }
  const p = (promoters + ADDED / 4) / (n + ADDED)
  const d = (detractors + ADDED / 4) / (n + ADDED)
  const adj = 100 * (p - d)
  const se = 100 * Math.sqrt((p + d - (p - d) ** 2) / (n + ADDED))
  const ci = { low: Math.max(-100, adj - Z * se), high: Math.min(100, adj + Z * se) }
  return { ...counts, value: (100 * (promoters - detractors)) / n, adj, se, ci }
}

/** Answers that the interval adds. */
const ADDED = 3

export interface UsabilityScore {
  /** 0 to 100. Null without answers. */
  readonly value: number | null
  /** Of the sample. This, `t` and `ci` are null below two answers: one says nothing of a spread. */
  readonly sd: number | null
  readonly t: number | null
  /** Within 0 and 100. */
  readonly ci: Interval | null
  /** The System Usability Scale score that goes with the value. */
  readonly susEquivalent: number | null
}

/**
 * UMUX-Lite of answers to two items from 1 to 7: the mean over people of (a + b - 2) · 100/12, with a
 * Student t interval. J. R. Lewis, B. S. Utesch and D. E. Maher, International Journal of
 * Human-Computer Interaction 31 (2015).
 */
export function umuxLite(items: readonly (readonly [number, number])[]): UsabilityScore {
  const scores = items.map(([a, b]) => usabilityOf(a, b))
  const n = scores.length
  if (n === 0) return { value: null, sd: null, t: null, ci: null, susEquivalent: null }
  const value = sum(scores) / n
  return { value, ...spreadOf(scores, value), susEquivalent: 0.65 * value + 22.9 }
}

/** What one person's two answers come to, 0 to 100. */
const usabilityOf = (a: number, b: number) => ((a + b - 2) * 100) / 12

function spreadOf(scores: readonly number[], mean: number) {
  const n = scores.length
  if (n < 2) return { sd: null, t: null, ci: null }
  const sd = Math.sqrt(sum(scores.map((score) => (score - mean) ** 2)) / (n - 1))
  const t = tQuantile(1 - TAIL, n - 1)
  const half = (t * sd) / Math.sqrt(n)
  return { sd, t, ci: { low: Math.max(0, mean - half), high: Math.min(100, mean + half) } }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
