import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AdoptionParameters } from '#lib/golden-path.ts'
import {
  type AdoptionRecord,
  INITIAL_RECORD,
  step,
  type UsageStage,
  type WeeklyInput,
} from '#scorecards/adoption/state-machine.ts'

const PARAMETERS = AdoptionParameters.parse({})

/** An eligible, fully covered team that worked and never tried the path. */
const aWeek = (week: Partial<WeeklyInput> = {}): WeeklyInput => ({
  eligibility: 'eligible',
  exception: 'none',
  useCoverage: 1,
  activityCoverage: 1,
  attempts28: 0,
  uses28: 0,
  uses91: 0,
  activities28: 10,
  activities91: 10,
  weeks91: 0,
  ...week,
})

/** `share` tenths of ten pieces of work on the path, in three weeks. */
const onPath = (tenths: number): Partial<WeeklyInput> => ({
  attempts28: tenths,
  uses28: tenths,
  uses91: tenths,
  weeks91: 3,
})

const IDLE: Partial<WeeklyInput> = { activities28: 0, activities91: 0 }

const aRecord = (lastUsage: UsageStage, record: Partial<AdoptionRecord> = {}): AdoptionRecord => ({
  ...INITIAL_RECORD,
  state: lastUsage,
  lastUsage,
  ...record,
})

const after = (record: AdoptionRecord, week: Partial<WeeklyInput>) =>
  step(record, aWeek(week), PARAMETERS)

const COUNTERS = { below: 1, inactiveWeeks: 5, tryingWeeks: 3 }

test.each<[string, Partial<WeeklyInput>]>([
  ['eligibility', { eligibility: 'unknown' }],
  ['use', { useCoverage: 0.79 }],
  ['in-scope work', { activityCoverage: 0.79 }],
])('R0: while %s is not known enough nothing can be said, and all is kept', (_, week) => {
  expect(after(aRecord('adopted', { ...COUNTERS, flags: ['slipping'] }), week)).toEqual({
    ...COUNTERS,
    state: 'unknown',
    lastUsage: 'adopted',
    flags: [],
    rule: 'R0',
  })
})

test('R0: four fifths of coverage are enough', () => {
  const week = { ...onPath(8), useCoverage: 0.8, activityCoverage: 0.8 }
  expect(after(aRecord('adopted'), week).rule).toBe('R4-hold')
})

test('R1: for a team that the path is not meant for the stage is kept, and the weeks below', () => {
  expect(after(aRecord('adopted', COUNTERS), { eligibility: 'not_eligible' })).toEqual({
    state: 'not_eligible',
    lastUsage: 'adopted',
    below: 1,
    inactiveWeeks: 0,
    tryingWeeks: 0,
    flags: [],
    rule: 'R1',
  })
})

test('R1 comes before R2, R0 before both', () => {
  const week = { eligibility: 'not_eligible', exception: 'full' } as const
  expect(after(aRecord('eligible'), week).rule).toBe('R1')
  expect(after(aRecord('eligible'), { ...week, useCoverage: 0.5 }).rule).toBe('R0')
})

test('R2: on a full exception the stage is kept, and the weeks below', () => {
  expect(after(aRecord('partial', COUNTERS), { exception: 'full' })).toEqual({
    state: 'excepted',
    lastUsage: 'partial',
    below: 1,
    inactiveWeeks: 0,
    tryingWeeks: 0,
    flags: [],
    rule: 'R2',
  })
})

test.each<UsageStage>(['eligible', 'trying', 'adopted', 'partial', 'lapsed'])(
  'R3: an idle team stays %s, flagged and counted',
  (stage) => {
    expect(after(aRecord(stage, COUNTERS), IDLE)).toEqual({
      state: stage,
      lastUsage: stage,
      below: 1,
      inactiveWeeks: 6,
      tryingWeeks: 0,
      flags: ['inactive'],
      rule: 'R3',
    })
  },
)

test('R3: an attempt alone is no idleness, nor is work alone', () => {
  expect(after(aRecord('eligible'), { ...IDLE, attempts28: 1 }).rule).toBe('R5-try')
  expect(after(aRecord('eligible'), { activities28: 1 }).rule).toBe('R5-none')
})

test('R3: a trial is given up after 13 idle weeks, not after 12', () => {
  const idleFor = (weeks: number) => after(aRecord('trying', { inactiveWeeks: weeks - 1 }), IDLE)
  expect(idleFor(12)).toMatchObject({ state: 'trying', flags: ['inactive'], inactiveWeeks: 12 })
  expect(idleFor(13)).toMatchObject({
    state: 'eligible',
    lastUsage: 'eligible',
    flags: ['abandoned_trial', 'inactive'],
    inactiveWeeks: 13,
  })
})

test.each<UsageStage>(['adopted', 'partial'])(
  'R4-lapse: a team that was %s lapses when work goes on without the path',
  (stage) => {
    const without = { uses28: 0, uses91: 4, weeks91: 3, attempts28: 2 }
    expect(after(aRecord(stage), { ...without, activities28: 3 }).rule).toBe('R4-lapse')
    expect(after(aRecord(stage), { ...without, activities28: 2 }).rule).not.toBe('R4-lapse')
    expect(after(aRecord(stage), { ...without, uses91: 0, activities28: 1 }).rule).toBe('R4-lapse')
    expect(after(aRecord(stage), { ...without, uses91: 0, ...IDLE }).rule).not.toBe('R4-lapse')
  },
)

test('R4-lapse: the counters begin anew', () => {
  expect(after(aRecord('adopted', COUNTERS), {})).toEqual({
    state: 'lapsed',
    lastUsage: 'lapsed',
    below: 0,
    inactiveWeeks: 0,
    tryingWeeks: 0,
    flags: [],
    rule: 'R4-lapse',
  })
})

test('R4-hold: an adopter stays one from .60 on, and the weeks below are forgotten', () => {
  expect(after(aRecord('adopted', { below: 1 }), onPath(6))).toMatchObject({
    state: 'adopted',
    below: 0,
    rule: 'R4-hold',
  })
})

test('R4-slip and R4-drop: the first week below .60 is borne, the second is not', () => {
  const slipping = after(aRecord('adopted'), onPath(5))
  expect(slipping).toMatchObject({
    state: 'adopted',
    flags: ['slipping'],
    below: 1,
    rule: 'R4-slip',
  })
  expect(after(slipping, onPath(5))).toMatchObject({ state: 'partial', below: 0, rule: 'R4-drop' })
})

test('R4-slip: a share that is not defined is below', () => {
  const week = { attempts28: 1, activities28: 0, activities91: 0 }
  expect(after(aRecord('adopted'), week).rule).toBe('R4-slip')
})

test('R4-slip: weeks of which nothing can be said do not break the row', () => {
  const slipping = after(aRecord('adopted'), onPath(5))
  const dark = after(slipping, { useCoverage: 0 })
  expect(after(dark, onPath(5)).rule).toBe('R4-drop')
})

test('R4-recover: a partial user adopts from .80 on, when qualified', () => {
  expect(after(aRecord('partial'), onPath(8)).rule).toBe('R4-recover')
  expect(after(aRecord('partial'), onPath(7)).rule).toBe('R4-partial')
  expect(after(aRecord('partial'), { ...onPath(8), weeks91: 1 }).rule).toBe('R4-partial')
})

test.each<UsageStage>(['eligible', 'trying', 'lapsed'])(
  'R5: a team that was %s adopts from .80 on and uses the path in part from .20 on',
  (stage) => {
    const enough = { uses91: 10 }
    expect(after(aRecord(stage), onPath(8)).rule).toBe('R5-adopt')
    expect(after(aRecord(stage), onPath(7)).rule).toBe('R5-partial')
    expect(after(aRecord(stage), { ...onPath(2), ...enough }).rule).toBe('R5-partial')
    expect(after(aRecord(stage), { ...onPath(1), ...enough }).rule).toBe('R5-try')
  },
)

test('R5: three uses in two weeks qualify, fewer do not', () => {
  const week = { ...onPath(8), activities28: 8 }
  const ruleOf = (uses91: number, weeks91: number) =>
    after(aRecord('eligible'), { ...week, uses91, weeks91 }).rule
  expect([ruleOf(3, 2), ruleOf(2, 2), ruleOf(3, 1)]).toEqual(['R5-adopt', 'R5-try', 'R5-try'])
})

test('with fewer than five pieces of work in 28 days the share is that of 91 days', () => {
  const week = { attempts28: 4, uses28: 1, uses91: 8, activities91: 10, weeks91: 3 }
  expect(after(aRecord('eligible'), { ...week, activities28: 4 }).rule).toBe('R5-adopt')
  expect(after(aRecord('eligible'), { ...week, activities28: 5 }).rule).toBe('R5-partial')
})

test('R5-try: weeks of trying are counted, and four without any success are stuck', () => {
  const attempt = { attempts28: 1 }
  const states: AdoptionRecord[] = []
  let record = aRecord('eligible')
  for (let week = 0; week < 5; week += 1) {
    record = after(record, attempt)
    states.push(record)
  }
  expect(states.map(({ tryingWeeks, flags }) => [tryingWeeks, ...flags])).toEqual([
    [1],
    [2],
    [3],
    [4, 'stuck'],
    [5, 'stuck'],
  ])
  expect(after(record, { attempts28: 1, uses91: 1 }).flags).toEqual([])
})

test('R5-try: a lapsed team that tries again is returning', () => {
  expect(after(aRecord('lapsed', { tryingWeeks: 3 }), { attempts28: 1 })).toMatchObject({
    state: 'trying',
    tryingWeeks: 1,
    flags: ['returning'],
  })
})

test('R5-stay-lapsed: a lapsed team that works on without the path stays lapsed', () => {
  expect(after(aRecord('lapsed'), {})).toMatchObject({ state: 'lapsed', rule: 'R5-stay-lapsed' })
})

test('R5-none: a team that never tried stays eligible, one that tried gave up', () => {
  expect(after(aRecord('eligible'), {})).toMatchObject({ state: 'eligible', flags: [] })
  expect(after(aRecord('trying'), {})).toMatchObject({
    state: 'eligible',
    flags: ['abandoned_trial'],
    rule: 'R5-none',
  })
})

test('the thresholds are those of the path', () => {
  const strict = AdoptionParameters.parse({
    entryShare: 0.9,
    exitShare: 0.85,
    partialShare: 0.8,
    qualifyingUses: 9,
    qualifyingWeeks: 3,
    minimumActivities: 11,
    minimumCoverage: 1,
  })
  const ruleOf = (record: AdoptionRecord, week: Partial<WeeklyInput>) =>
    step(record, aWeek(week), strict).rule
  expect(ruleOf(aRecord('eligible'), onPath(9))).toBe('R5-adopt')
  expect(ruleOf(aRecord('eligible'), onPath(8))).toBe('R5-try')
  expect(ruleOf(aRecord('eligible'), { ...onPath(9), weeks91: 2 })).toBe('R5-try')
  expect(ruleOf(aRecord('adopted'), onPath(8))).toBe('R4-slip')
  expect(ruleOf(aRecord('adopted'), { ...onPath(9), activities91: 100 })).toBe('R4-slip')
  expect(ruleOf(aRecord('adopted'), { ...onPath(9), useCoverage: 0.99 })).toBe('R0')
})

const weeks = fc.array(
  fc.record({
    eligibility: fc.constantFrom('eligible', 'eligible', 'not_eligible', 'unknown'),
    exception: fc.constantFrom('none', 'none', 'full'),
    useCoverage: fc.constantFrom(1, 1, 0.5),
    activityCoverage: fc.constantFrom(1, 0.9),
    attempts28: fc.nat(6),
    uses28: fc.nat(6),
    uses91: fc.nat(12),
    activities28: fc.nat(8),
    activities91: fc.nat(16),
    weeks91: fc.nat(5),
  }),
)

function replay(inputs: readonly WeeklyInput[]): AdoptionRecord[] {
  let record = INITIAL_RECORD
  return inputs.map((input) => {
    record = step(record, input, PARAMETERS)
    return record
  })
}

test('later weeks change nothing of earlier ones', () => {
  fc.assert(
    fc.property(weeks, fc.nat(20), (inputs, count) => {
      expect(replay(inputs.slice(0, count))).toEqual(replay(inputs).slice(0, count))
    }),
  )
})

test('a week without coverage adds nothing to what is carried', () => {
  fc.assert(
    fc.property(weeks, (inputs) => {
      const record = replay(inputs).at(-1) ?? INITIAL_RECORD
      const { state, flags, rule, ...carried } = after(record, { useCoverage: 0 })
      expect([state, flags, rule]).toEqual(['unknown', [], 'R0'])
      expect(record).toMatchObject(carried)
    }),
  )
})
