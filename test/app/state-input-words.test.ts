import { expect, test } from 'vitest'
import { inputWords } from '#app/state-input-words.ts'

const INPUTS = {
  eligibility: 'eligible',
  eligibilityReason: null,
  exception: 'none',
  useCoverage: 1,
  activityCoverage: 1,
  attempts28: 5,
  uses28: 5,
  uses91: 8,
  activities28: 8,
  activities91: 24,
  weeks91: 5,
}

test('a rule saw uses of the path among the work of 28 and of 91 days', () => {
  expect(inputWords(INPUTS)).toBe(
    '5 uses of the path among 8 pieces of work in 28 days; 8 uses of the path among 24 pieces of work in 91 days, in 5 weeks of them',
  )
})

test('what was tried in vain and what was not covered is told', () => {
  const words = inputWords({ ...INPUTS, attempts28: 6, activityCoverage: 0.66 })
  expect(words).toMatch(/; 6 attempts in 28 days; 66% of 28 days covered$/)
})

test('no work in scope is said, and is no zero uses', () => {
  const none = { attempts28: 0, uses28: 0, uses91: 0, activities28: 0, activities91: 0, weeks91: 0 }
  expect(inputWords({ ...INPUTS, ...none })).toBe(
    'no work in scope in 28 days; no work in scope in 91 days',
  )
})

test('of a team that the path is not for only the reason is told', () => {
  const not = { eligibility: 'not_eligible', eligibilityReason: 'team is not active' }
  expect(inputWords({ ...INPUTS, ...not })).toBe('team is not active')
})

test('an exception is named, and what is stored in another way is not guessed', () => {
  expect(inputWords({ ...INPUTS, exception: 'full' })).toMatch(/^an exception for the whole team; /)
  expect(inputWords({ uses: 3 })).toBe('')
})
