import { expect, test } from 'vitest'
import { type Condition, judge, type Operator } from '#scorecards/diagnosis/condition.ts'
import { evaluateRule } from '#scorecards/diagnosis/evaluate-rule.ts'
import type { DiagnosisRule } from '#scorecards/diagnosis/rule.ts'
import { diagnosisRules } from '#scorecards/diagnosis/rules.ts'
import type { Snapshot } from '#scorecards/diagnosis/snapshot.ts'

/** What another key has in these tests, where a threshold names one. */
const OTHER = 1000

const thresholdOf = ({ value }: Condition) =>
  typeof value === 'object' ? OTHER * value.times : value

/** A figure with which the condition holds, exactly at the threshold where that is enough. */
function holding(condition: Condition): Snapshot {
  const threshold = thresholdOf(condition)
  const step: Readonly<Record<Operator, number>> = { '<': -1, '<=': 0, '>': 1, '>=': 0, '==': 0 }
  const value = threshold === true ? true : threshold + step[condition.op]
  return { [condition.metric]: value, ...otherOf(condition) }
}

/** A figure with which it does not, just beyond the threshold. */
function failing(condition: Condition): Snapshot {
  const threshold = thresholdOf(condition)
  const step: Readonly<Record<Operator, number>> = {
    '<': 0,
    '<=': 1e-9,
    '>': 0,
    '>=': -1e-9,
    '==': 1,
  }
  const value = threshold === true ? false : threshold + step[condition.op]
  return { [condition.metric]: value, ...otherOf(condition) }
}

const otherOf = ({ value }: Condition): Snapshot =>
  typeof value === 'object' ? { [value.metric]: OTHER } : {}

const join = (snapshots: readonly Snapshot[]): Snapshot => Object.assign({}, ...snapshots)

/** All of `all`, and of `any` no more than it takes. */
const leastOf = ({ all, any, anyMin }: DiagnosisRule) => [...all, ...any.slice(0, anyMin)]

test('there are 25 rules, D01 to D25, and each says everything', () => {
  const ids = Array.from({ length: 25 }, (_, index) => `D${String(index + 1).padStart(2, '0')}`)
  expect(diagnosisRules.map(({ id }) => id)).toEqual(ids)
  for (const rule of diagnosisRules) {
    const { name, meaning, nextStep, refutedBy, evidence } = rule
    for (const text of [name, meaning, nextStep, refutedBy, ...evidence]) expect(text).not.toBe('')
    expect(evidence.length).toBeGreaterThan(0)
    expect(rule.anyMin).toBeLessThanOrEqual(rule.any.length)
  }
})

for (const rule of diagnosisRules) {
  const title = `${rule.id} ${rule.name}`

  test(`${title} fires on the least that it takes`, () => {
    const { result } = evaluateRule(rule, join(leastOf(rule).map(holding)))
    expect(result).toBe('fired')
  })

  test(`${title} does not fire when one thing that it needs is otherwise`, () => {
    const everything = join([...rule.all, ...rule.any].map(holding))
    for (const condition of rule.all) {
      const { result } = evaluateRule(rule, { ...everything, ...failing(condition) })
      expect(result).toBe('not_fired')
    }
    const tooFew = rule.any.map((condition, index) =>
      index < rule.anyMin - 1 ? holding(condition) : failing(condition),
    )
    if (rule.anyMin > 0) {
      const { result } = evaluateRule(rule, join([...rule.all.map(holding), ...tooFew]))
      expect(result).toBe('not_fired')
    }
  })

  test(`${title} never fires on missing data`, () => {
    const least = leastOf(rule)
    for (const gone of least) {
      const rest = least.filter((condition) => condition !== gone)
      for (const missing of [{}, { [gone.metric]: null }]) {
        const { result } = evaluateRule(rule, { ...join(rest.map(holding)), ...missing })
        expect(result).not.toBe('fired')
        expect(result).not.toBe('not_fired')
      }
    }
    const nothing = evaluateRule(rule, {})
    const keys = [...rule.all, ...rule.any].map(({ metric }) => metric)
    expect(nothing.result).toBe('unknown')
    expect(nothing.missing).toEqual([...new Set(keys)].toSorted())
  })
}

const when = (metric: string, op: Operator, value: Condition['value'] = 1): Condition => ({
  metric,
  op,
  value,
})

test.each([
  ['<', [true, false, false]],
  ['<=', [true, true, false]],
  ['>', [false, false, true]],
  ['>=', [false, true, true]],
  ['==', [false, true, false]],
] as const)('%s at 0, 1 and 2 against 1', (op, expected) => {
  expect([0, 1, 2].map((k) => judge(when('k', op), { k }) === 'true')).toEqual(expected)
})

test('a condition is unknown where its key is absent, null or of another kind', () => {
  for (const snapshot of [{}, { k: null }, { k: Number.NaN }, { k: true }]) {
    expect(judge(when('k', '>='), snapshot)).toBe('unknown')
  }
  expect(judge(when('k', '==', true), { k: 1 })).toBe('unknown')
  expect(judge(when('k', '==', true), { k: false })).toBe('false')
  expect(judge(when('toString', '>='), {})).toBe('unknown')
})

test('0 is known', () => {
  expect(judge(when('k', '<='), { k: 0 })).toBe('true')
  expect(judge(when('k', '>='), { k: 0 })).toBe('false')
})

const D03 = diagnosisRules.filter(({ id }) => id === 'D03')

test('of a comparison of two keys the left one is missing, whichever it is', () => {
  const [rule] = D03
  if (rule === undefined) throw new Error('D03 is a rule')
  const known = { 'SPD-05': 0.7, 'ADO-04': 0.6 }
  expect(evaluateRule(rule, { ...known, 'SPD-01': 2800 })).toMatchObject({
    result: 'suspected',
    missing: ['SPD-01'],
  })
  expect(evaluateRule(rule, { ...known, 'SPD-01.offPath': 2900 }).missing).toEqual(['SPD-01'])
  expect(evaluateRule(rule, { ...known, 'SPD-01': 2609, 'SPD-01.offPath': 2900 }).result).toBe(
    'not_fired',
  )
})

/** Two of `all`, three of `any`, of which two are needed. */
const RULE = {
  all: [when('a', '>='), when('b', '>=')],
  any: [when('c', '>='), when('d', '>='), when('e', '>=')],
  anyMin: 2,
}

test.each([
  // One of the four that it takes is known: fewer than half.
  [{ a: 1 }, 'unknown', ['b', 'c', 'd', 'e']],
  // Half.
  [{ a: 1, b: 1 }, 'suspected', ['c', 'd', 'e']],
  [{ a: 1, c: 1 }, 'suspected', ['b', 'd', 'e']],
  // Three of `any` count for the two that are needed.
  [{ c: 1, d: 1, e: 1 }, 'suspected', ['a', 'b']],
  [{ a: 1, b: 1, c: 1, d: 0 }, 'suspected', ['e']],
  [{ a: 1, b: 1, c: 1, d: 1 }, 'fired', ['e']],
  // One of `any` and one unknown are still two; one and none are not.
  [{ a: 1, b: 1, c: 0, d: 0 }, 'not_fired', ['e']],
  [{ a: 1, b: 0 }, 'not_fired', ['c', 'd', 'e']],
] as const)('%j is %s, and %j are missing', (snapshot, result, missing) => {
  expect(evaluateRule(RULE, snapshot)).toMatchObject({ result, missing })
})

test('a key that several conditions name is missing once', () => {
  const rule = { all: [when('a', '>='), when('a', '<', 3)], any: [when('A', '>=')], anyMin: 1 }
  expect(evaluateRule(rule, {}).missing).toEqual(['A', 'a'])
})

test('without any of `any` all of `all` is enough', () => {
  expect(evaluateRule({ ...RULE, any: [], anyMin: 0 }, { a: 1, b: 1 }).result).toBe('fired')
})
