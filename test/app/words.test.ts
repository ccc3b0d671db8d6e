import { expect, test } from 'vitest'
import {
  ADOPTION_ORDER,
  adoptionWord,
  flagWord,
  mechanismWord,
  originWord,
  ruleWord,
  setWord,
  USAGE_ORDER,
  usageWord,
  workWord,
} from '#app/words.ts'
import type { AdoptionState, StateFlag } from '#scorecards/adoption/state-machine.ts'
import type { UsageStateName } from '#scorecards/adoption/usage-state.ts'

/** Every state of section 6 of the metric reference; the type says that none is left out. */
const ADOPTION: Record<AdoptionState, true> = {
  eligible: true,
  trying: true,
  adopted: true,
  partial: true,
  lapsed: true,
  not_eligible: true,
  excepted: true,
  unknown: true,
}

const USAGE: Record<UsageStateName | 'not_eligible', true> = {
  unknown: true,
  absent: true,
  present: true,
  current: true,
  outdated: true,
  ahead: true,
  drifted: true,
  opted_out: true,
  not_eligible: true,
}

test('every state of a team has a word, a meaning and a place of its own', () => {
  expect([...ADOPTION_ORDER].toSorted()).toEqual(Object.keys(ADOPTION).toSorted())
  const words = ADOPTION_ORDER.map(adoptionWord)
  expect(new Set(words.map(({ word }) => word)).size).toBe(words.length)
  expect(words.filter(({ meaning }) => meaning === '')).toEqual([])
})

test('every state of a service has a word, a meaning and a place of its own', () => {
  expect([...USAGE_ORDER].toSorted()).toEqual(Object.keys(USAGE).toSorted())
  const words = USAGE_ORDER.map(usageWord)
  expect(new Set(words.map(({ word }) => word)).size).toBe(words.length)
  expect(words.filter(({ meaning }) => meaning === '')).toEqual([])
})

test('a state that is new is shown as it is stored, as one that nobody knows', () => {
  const unheardOf = { word: 'paused', key: 'unknown', meaning: '' }
  expect([adoptionWord('paused'), usageWord('paused')]).toEqual([unheardOf, unheardOf])
})

test('not to have adopted is no unknown motive', () => {
  expect([originWord('mandated'), originWord('unknown'), originWord(null)]).toEqual([
    'under a mandate',
    'not known: no list of mandates is kept',
    '',
  ])
})

test('every flag of the state machine has words', () => {
  const flags: Record<StateFlag, true> = {
    inactive: true,
    abandoned_trial: true,
    stuck: true,
    returning: true,
    slipping: true,
  }
  const spelled = Object.keys(flags).filter((flag) => flagWord(flag) === flag.replaceAll('_', ' '))
  expect(spelled).toEqual([])
})

test('every rule of the state machine has words', () => {
  const rules = [
    ...['R0', 'R1', 'R2', 'R3', 'R4-lapse', 'R4-hold', 'R4-drop', 'R4-slip', 'R4-recover'],
    ...['R4-partial', 'R5-adopt', 'R5-partial', 'R5-try', 'R5-stay-lapsed', 'R5-none'],
  ]
  expect(rules.filter((rule) => ruleWord(rule) === rule)).toEqual([])
})

test('what has no words is shown as it is stored, without its underscores where it is a list of words', () => {
  expect([
    flagWord('new_flag'),
    ruleWord('R9-new'),
    mechanismWord('fax'),
    setWord('excluded:not_open'),
    workWord('meetings'),
  ]).toEqual(['new flag', 'R9-new', 'fax', 'excluded:not open', 'meetings'])
})

test('a mechanism that nobody knows is not known, never off the path', () => {
  expect([mechanismWord(null), mechanismWord('off_path')]).toEqual([
    'not known',
    'beside the path, detour not known',
  ])
})
