import fc from 'fast-check'
import { expect, test } from 'vitest'
import { daysBefore } from '#lib/period.ts'
import { type CardMark, conditionsHeld, diagnosisCards } from '#scorecards/diagnosis/cards.ts'
import { evaluateRule } from '#scorecards/diagnosis/evaluate-rule.ts'
import { diagnosisRules } from '#scorecards/diagnosis/rules.ts'
import { type Snapshot, toSnapshot } from '#scorecards/diagnosis/snapshot.ts'

const AS_OF = new Date('2026-03-02T00:00:00Z')

/** D06 and D15 fire; D01 is suspected; D25 is not there. */
const SNAPSHOT: Snapshot = {
  'ADO-02': 0.8,
  'ADO-09': 0.25,
  'ADO-09.manualShare': 0.15,
  'GOV-05': 0.2,
  'EXC.topGapTeams': 4,
  'path.eligibleTeams': 12,
}

const cardsOf = (snapshot: Snapshot, marks: readonly CardMark[] = [], asOf = AS_OF) =>
  diagnosisCards(diagnosisRules, snapshot, { marks, asOf })

const aMark = (mark: Partial<CardMark> & { at: Date }): CardMark => {
  const terms = { ruleId: 'D15', held: heldOf('D15'), kind: 'refuted', reason: 'mixed needs' }
  return { ...terms, ...mark } as CardMark // Each kind has a reason here.
}

function heldOf(ruleId: string, snapshot = SNAPSHOT): string[] {
  const rule = diagnosisRules.find(({ id }) => id === ruleId)
  return rule === undefined ? [] : conditionsHeld(evaluateRule(rule, snapshot))
}

test('cards stand by the conditions known to hold, then by id', () => {
  const found = cardsOf(SNAPSHOT).map(({ rule, result, known }) => [rule.id, known, result])
  expect(found).toEqual([
    // ADO-09 >= .2, manualShare >= .1, ADO-02 >= .5.
    ['D06', 3, 'fired'],
    // ADO-02 >= .6, ADO-09 >= .2: half of the four that it takes.
    ['D01', 2, 'suspected'],
    ['D15', 2, 'fired'],
    // GOV-05 >= .1 of the two.
    ['D21', 1, 'suspected'],
  ])
})

test('a suspected card names what is missing', () => {
  const card = cardsOf(SNAPSHOT).find(({ rule }) => rule.id === 'D01')
  expect(card?.missing).toEqual(['ADO-01', 'ADO-02.mandatedShareOfAdopters', 'SAT-01', 'SAT-02'])
})

test('nothing known has no card', () => {
  expect(cardsOf({})).toEqual([])
})

const quietAfter = (days: number) => {
  const card = cardsOf(SNAPSHOT, [aMark({ at: daysBefore(AS_OF, days) })]).find(
    ({ rule }) => rule.id === 'D15',
  )
  return card?.isQuiet
}

test('a refuted card is quiet for eight weeks, and speaks again when they are over', () => {
  expect([quietAfter(0), quietAfter(55), quietAfter(56), quietAfter(57)]).toEqual([
    true,
    true,
    false,
    false,
  ])
})

test('a mark of tomorrow says nothing today', () => {
  expect(quietAfter(-1)).toBe(false)
})

test('a refuted card speaks when a condition holds that did not before', () => {
  const at = daysBefore(AS_OF, 7)
  const before = { ...SNAPSHOT, 'ADO-09.manualShare': 0.05 }
  const mark = aMark({ ruleId: 'D06', at, held: heldOf('D06', before) })
  const d06 = (snapshot: Snapshot) =>
    cardsOf(snapshot, [mark]).find(({ rule }) => rule.id === 'D06')?.isQuiet
  expect(d06(before)).toBe(true)
  expect(d06(SNAPSHOT)).toBe(false)
  // One condition fewer is nothing new.
  expect(d06({ ...before, 'ADO-02': 0.5 })).toBe(true)
})

test('a card that was confirmed, or whose risk was accepted, is shown with its mark', () => {
  for (const kind of ['confirmed', 'accepted_risk'] as const) {
    const mark = aMark({ at: daysBefore(AS_OF, 1), kind, reason: null })
    const card = cardsOf(SNAPSHOT, [mark]).find(({ rule }) => rule.id === 'D15')
    expect(card).toMatchObject({ mark, isQuiet: false })
  }
})

test('the newest mark decides, in whichever order they come', () => {
  const refuted = aMark({ at: daysBefore(AS_OF, 9) })
  const confirmed = aMark({ at: daysBefore(AS_OF, 2), kind: 'confirmed' })
  for (const marks of [
    [refuted, confirmed],
    [confirmed, refuted],
  ]) {
    expect(cardsOf(SNAPSHOT, marks).some(({ isQuiet }) => isQuiet)).toBe(false)
  }
})

test('a mark is about its own card', () => {
  const marks = [aMark({ at: daysBefore(AS_OF, 1) })]
  const quiet = cardsOf(SNAPSHOT, marks).filter(({ isQuiet }) => isQuiet)
  expect(quiet.map(({ rule }) => rule.id)).toEqual(['D15'])
})

test('no card fires that less knowledge did not leave open', () => {
  const keys = [
    ...new Set(
      diagnosisRules.flatMap(({ all, any }) => [...all, ...any].map(({ metric }) => metric)),
    ),
  ]
  const snapshots = fc.array(fc.oneof(fc.double({ min: -20, max: 100 }), fc.boolean()), {
    minLength: keys.length,
    maxLength: keys.length,
  })
  fc.assert(
    fc.property(snapshots, fc.subarray(keys), (values, hidden) => {
      const full = Object.fromEntries(keys.map((key, index) => [key, values[index] ?? null]))
      const less = { ...full, ...Object.fromEntries(hidden.map((key) => [key, null])) }
      for (const rule of diagnosisRules) {
        const [known, partly] = [evaluateRule(rule, full).result, evaluateRule(rule, less).result]
        if (partly === 'fired' || partly === 'not_fired') expect(known).toBe(partly)
      }
    }),
  )
})

const aResult = (metricId: string, value: number | null, parts = {}, status = 'ok' as const) => ({
  metricId,
  value,
  parts,
  status,
})

test('a snapshot holds values and parts of results that are ok, and what was derived', () => {
  const results = [
    aResult('ADO-09', 0.25, { manualShare: 0.15, parallelTeamShare: null }),
    { ...aResult('SPD-01', 600, { p90: 900 }), status: 'source_partial' as const },
    { ...aResult('SAT-01', 0), status: 'insufficient_sample' as const },
    aResult('REL-01', null),
  ]
  expect(toSnapshot(results, { 'path.ageWeeks': 30, 'ADO-09.manualShare': 0.2 })).toEqual({
    'ADO-09': 0.25,
    'ADO-09.manualShare': 0.2,
    'ADO-09.parallelTeamShare': null,
    'path.ageWeeks': 30,
  })
})
