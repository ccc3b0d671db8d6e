import { expect, test } from 'vitest'
import { eligibilityWords, mandateWords } from '#app/eligibility-words.ts'

test('a rule without conditions is for every service', () => {
  expect(eligibilityWords({})).toBe('every service')
  expect(eligibilityWords({ exceptServices: ['legacy', 'attic'] })).toBe(
    'every service, except legacy or attic',
  )
})

test('conditions are told one after the other, alternatives with or', () => {
  const rule = {
    workload: ['http', 'grpc'],
    lifecycle: ['production'],
    tier: ['1'],
    language: ['go'],
    teams: ['checkout', 'search'],
    services: ['basket'],
    file: 'Dockerfile',
    exceptServices: ['legacy'],
  }
  expect(eligibilityWords(rule)).toBe(
    'services with workload http or grpc, and in lifecycle production, and of tier 1, and written ' +
      'in go, and of team checkout or search, and named basket, and whose repository holds ' +
      'Dockerfile, except legacy',
  )
})

const MANDATE = {
  id: 'M-1',
  announcedAt: new Date('2025-09-01T00:00:00Z'),
  effectiveAt: new Date('2026-01-01T00:00:00Z'),
  endedAt: null,
} as const

test('a mandate tells the tool from the outcome, and whom it covers since when', () => {
  expect(mandateWords({ ...MANDATE, kind: 'interface', scope: 'all' })).toBe(
    'Mandate to use this path for all teams: announced 1 Sept 2025, in force from 1 Jan 2026',
  )
  const endedAt = new Date('2026-02-01T00:00:00Z')
  expect(mandateWords({ ...MANDATE, kind: 'outcome', scope: ['a', 'b'], endedAt })).toBe(
    'Mandate for an outcome, not a tool for a, b: announced 1 Sept 2025, in force from 1 Jan ' +
      '2026, ended 1 Feb 2026',
  )
})
