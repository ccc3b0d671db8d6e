import { expect, test } from 'vitest'
import {
  adoptionOrigin,
  continueRun,
  NO_RUN,
  type TeamMandate,
} from '#scorecards/adoption/origin.ts'
import {
  type AdoptionRecord,
  type AdoptionState,
  INITIAL_RECORD,
  type UsageStage,
} from '#scorecards/adoption/state-machine.ts'

const USE = '2026-03-10T09:00:00.000Z'
const BEFORE = '2026-03-10T08:59:59.999Z'
const AFTER = '2026-03-10T09:00:00.001Z'

const aMandate = (mandate: Partial<TeamMandate> = {}): TeamMandate => ({
  kind: 'interface',
  announcedAt: BEFORE,
  endedAt: null,
  ...mandate,
})

test.each<[string, string, Partial<TeamMandate>]>([
  ['mandated', 'was announced before its first use', {}],
  ['mandated', 'was announced at its first use', { announcedAt: USE }],
  ['voluntary', 'was announced after its first use', { announcedAt: AFTER }],
  ['voluntary', 'had ended before its first use', { endedAt: BEFORE }],
  ['mandated', 'ended at its first use', { endedAt: USE }],
  ['voluntary', 'asks for an outcome only', { kind: 'outcome' }],
])('a run is %s when the mandate %s', (origin, _, mandate) => {
  expect(adoptionOrigin(USE, [aMandate(mandate)])).toBe(origin)
})

test('one mandate of several is enough', () => {
  const mandates = [aMandate({ endedAt: BEFORE }), aMandate()]
  expect(adoptionOrigin(USE, mandates)).toBe('mandated')
})

test('without a register nobody knows', () => {
  expect(adoptionOrigin(USE, null)).toBe('unknown')
})

const aRecord = (state: AdoptionState, lastUsage: UsageStage): AdoptionRecord => ({
  ...INITIAL_RECORD,
  state,
  lastUsage,
})

const week = (was: UsageStage, state: UsageStage, firstUse: string | null = null) => ({
  was,
  record: aRecord(state, state),
  firstUse,
})

test('a run begins with the first use and gets its origin when the team adopts', () => {
  const trying = continueRun(NO_RUN, week('eligible', 'trying', USE), [])
  expect(trying).toEqual({ firstUse: USE, origin: null })
  expect(continueRun(trying, week('trying', 'adopted', AFTER), [])).toEqual({
    firstUse: USE,
    origin: 'voluntary',
  })
})

test('a mandate announced after the first use does not change an origin', () => {
  const later = [aMandate({ announcedAt: AFTER })]
  const adopted = continueRun({ firstUse: USE, origin: null }, week('trying', 'adopted'), later)
  expect(adopted.origin).toBe('voluntary')
  expect(continueRun(adopted, week('adopted', 'partial'), [aMandate()]).origin).toBe('voluntary')
})

test('an origin survives weeks of which nothing can be said', () => {
  const run = { firstUse: USE, origin: 'voluntary' } as const
  const dark = { was: 'adopted', record: aRecord('unknown', 'adopted'), firstUse: AFTER } as const
  expect(continueRun(run, dark, [aMandate()])).toEqual(run)
})

test('a lapse ends the run, and adopting again has an origin of its own', () => {
  const run = { firstUse: BEFORE, origin: 'voluntary' } as const
  const lapsed = continueRun(run, week('adopted', 'lapsed'), [])
  expect(lapsed).toEqual(NO_RUN)
  const again = continueRun(lapsed, week('lapsed', 'adopted', AFTER), [
    aMandate({ announcedAt: USE }),
  ])
  expect(again).toEqual({ firstUse: AFTER, origin: 'mandated' })
})

test('a use after a lapse begins the run even while the team still counts as lapsed', () => {
  const dark = { was: 'lapsed', record: aRecord('unknown', 'lapsed'), firstUse: USE } as const
  const seen = continueRun(NO_RUN, dark, [])
  expect(continueRun(seen, week('lapsed', 'lapsed'), [])).toEqual({ firstUse: USE, origin: null })
})

test('an adoption of which no use is known has no known origin', () => {
  expect(continueRun(NO_RUN, week('eligible', 'adopted'), []).origin).toBe('unknown')
})
