import { expect, test } from 'vitest'
import {
  productionReadiness,
  type ServiceSubject,
} from '#scorecards/checks/production-readiness.ts'

const ASOF = new Date('2026-03-02T00:00:00Z')

const service = (subject: Partial<ServiceSubject> = {}): ServiceSubject => ({
  id: 'checkout-api',
  ownerId: 'checkout',
  workloadClass: 'http',
  lifecycle: 'production',
  tier: '2',
  isDeploymentCovered: true,
  lastDeployedAt: new Date('2026-03-01T00:00:00Z'),
  manualChanges: 0,
  usage: [],
  ...subject,
})
const usage = (state: string, more: Partial<ServiceSubject['usage'][number]> = {}) => ({
  pathId: 'deploy',
  state,
  lagDays: null,
  exception: null,
  ...more,
})
const outcome = (id: string, subject: Partial<ServiceSubject>) =>
  productionReadiness
    .find(({ definition }) => definition.id === id)
    ?.evaluate(service(subject), ASOF).outcome

test('a service without an owner, or of which the catalogue says too little, fails', () => {
  expect([outcome('PR-01', {}), outcome('PR-01', { ownerId: null })]).toEqual(['pass', 'fail'])
  expect([outcome('PR-02', {}), outcome('PR-02', { tier: null })]).toEqual(['pass', 'fail'])
})

test('a deployment 90 days ago is recent enough, one day more is not', () => {
  const at = (day: string) => outcome('PR-03', { lastDeployedAt: new Date(`${day}T00:00:00Z`) })
  expect([at('2025-12-02'), at('2025-12-01')]).toEqual(['pass', 'fail'])
})

test('where no source tells of deployments, nothing is known of them', () => {
  const uncovered = { isDeploymentCovered: false, lastDeployedAt: null }
  expect([outcome('PR-03', uncovered), outcome('PR-04', uncovered)]).toEqual(['unknown', 'unknown'])
  expect(outcome('PR-03', { lastDeployedAt: null })).toBe('fail')
})

test('one change by hand is one too many', () => {
  expect(outcome('PR-04', { manualChanges: 1 })).toBe('fail')
})

test('a drifted copy fails, also the check of the path; an exception leaves it out', () => {
  const drifted = { usage: [usage('drifted')] }
  const excepted = { usage: [usage('drifted', { exception: { expiresOn: '2026-06-30' } })] }
  expect([outcome('PR-05', drifted), outcome('PR-06', drifted)]).toEqual(['fail', 'fail'])
  expect([outcome('PR-05', excepted), outcome('PR-06', excepted)]).toEqual(['exempt', 'exempt'])
})

test('a path that is not meant for a service is not asked of it', () => {
  expect(outcome('PR-06', { usage: [usage('not_eligible'), usage('current')] })).toBe('pass')
  expect(outcome('PR-06', { usage: [usage('not_eligible')] })).toBe('unknown')
})

test('90 days behind is up to date, 91 is not, and without a version nobody knows', () => {
  const behind = (lagDays: number) => outcome('PR-07', { usage: [usage('outdated', { lagDays })] })
  expect([behind(90), behind(91)]).toEqual(['pass', 'fail'])
  expect(outcome('PR-07', { usage: [usage('present')] })).toBe('unknown')
})
