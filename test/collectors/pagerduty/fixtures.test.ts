import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { incidentRecord, reduceIncident } from '#collectors/pagerduty/incidents.ts'

// Real answers of PagerDuty. They are not part of this repository.
const FIXTURES = '../shared/fixtures/devlake/raw'
const isThere = existsSync(FIXTURES)

test.skipIf(!isThere)('real incidents have the times that their logs tell', () => {
  const lines = readFileSync(join(FIXTURES, 'pagerduty.incidents.ndjson'), 'utf8').trim()
  const reading = { services: { PIKL83L: 'dev-service' }, rules: [] }
  const told = lines.split('\n').map((line) => {
    const { data } = JSON.parse(line) as { data: { log_entries: unknown[] } }
    const whole = { incident: data, entries: data.log_entries, notes: [] }
    return incidentRecord.parse(reduceIncident(whole, reading))
  })
  const times = told.map(({ row }) => [row.detected_at, row.acknowledged_at, row.restored_at])
  expect(times).toEqual([
    ['2022-11-03T06:23:06.000Z', '2022-11-03T06:23:07.000Z', null],
    ['2022-11-03T06:44:28.000Z', '2022-11-03T06:44:37.000Z', null],
    ['2022-11-03T06:45:36.000Z', '2022-11-03T06:45:46.000Z', '2022-11-03T06:51:44.000Z'],
  ])
  // Delegated twice, and escalated five times, each time to two people at once.
  expect(told.map(({ row }) => row.reassignment_count)).toEqual([7, 0, 0])
  expect(new Set(told.map(({ service }) => service))).toEqual(new Set(['dev-service']))
  expect(JSON.stringify(told)).not.toMatch(/User|PQYACO3/)
})
