import { expect, test } from 'vitest'
import { type Check, exempt, type Finding, fail, pass, unknown } from '#scorecards/checks/check.ts'
import { toScorecard } from '#scorecards/checks/scorecard.ts'

const ASOF = new Date('2026-03-02T00:00:00Z')

interface Subject {
  readonly id: string
  readonly findings: Readonly<Record<string, Finding>>
}

const check = (
  id: string,
  level: 'bronze' | 'silver' | 'gold',
  countsFrom = '2024-01-01',
): Check<Subject> => ({
  definition: { id, name: id, rule: '', reason: '', remedy: '', level, countsFrom },
  evaluate: ({ findings }) => findings[id] ?? unknown('not given'),
})
const LADDER = [check('b', 'bronze'), check('s', 'silver'), check('g', 'gold')]
const subject = (id: string, findings: Subject['findings']): Subject => ({ id, findings })
const ALL = { b: pass('yes'), s: pass('yes'), g: pass('yes') }
const scorecard = (...subjects: Subject[]) => toScorecard(LADDER, subjects, ASOF)

test('a level is reached when nothing up to it is missing', () => {
  expect(scorecard(subject('a', ALL))).toMatchObject({ level: 'gold', next: null })
  expect(scorecard(subject('a', { ...ALL, g: fail('no') }))).toMatchObject({
    level: 'silver',
    next: { level: 'gold', passed: 2, of: 3, missing: [{ id: 'g' }] },
  })
  expect(scorecard(subject('a', { ...ALL, b: fail('no') }))).toMatchObject({
    level: null,
    next: { level: 'bronze', passed: 0, of: 1 },
  })
})

test('unknown is neither passed nor failed, and holds the level', () => {
  const { level, next, checks } = scorecard(subject('a', { ...ALL, s: unknown('no source') }))
  expect([level, next?.level, checks[1]?.outcome]).toEqual(['bronze', 'silver', 'unknown'])
})

test('what is exempt leaves both sides', () => {
  const { level, next, checks } = scorecard(
    subject('a', { ...ALL, s: exempt('agreed', '2026-06-30'), g: fail('no') }),
  )
  expect(level).toBe('silver')
  // Bronze and gold count: one of two.
  expect(next).toMatchObject({ level: 'gold', passed: 1, of: 2 })
  expect(checks[1]?.findings[0]?.exemptUntil).toBe('2026-06-30')
})

test('of several subjects one that fails is enough, and one that is exempt is left out', () => {
  const outcomes = (...findings: Finding[]) =>
    scorecard(...findings.map((b, index) => subject(String(index), { ...ALL, b }))).checks[0]
      ?.outcome
  expect(outcomes(pass(''), fail(''), unknown(''))).toBe('fail')
  expect(outcomes(pass(''), unknown(''))).toBe('unknown')
  expect(outcomes(pass(''), exempt('', null))).toBe('pass')
  expect(outcomes(exempt('', null), exempt('', null))).toBe('exempt')
})

test('a check that is announced is shown and does not count until its day', () => {
  const announced = [...LADDER, check('x', 'bronze', '2026-03-03')]
  const subjects = [subject('a', { ...ALL, x: fail('not yet') })]
  const before = toScorecard(announced, subjects, ASOF)
  expect([before.level, before.checks[3]?.counts, before.checks[3]?.outcome]).toEqual([
    'gold',
    false,
    'fail',
  ])
  const after = toScorecard(announced, subjects, new Date('2026-03-03T00:00:00Z'))
  expect([after.level, after.checks[3]?.counts]).toEqual([null, true])
})

test('without a subject there is no level', () => {
  expect(scorecard()).toMatchObject({ level: null, next: { level: 'bronze', passed: 0, of: 1 } })
})
