import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measureCells } from '#scorecards/measure.ts'
import {
  LINK_TYPES,
  type Linkage,
  type LinkRecord,
  linkageRate,
} from '#scorecards/metrics/linkage-rate.ts'
import { ASOF, daysAgo, hoursAgo } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

const aRecord = (record: Partial<LinkRecord> = {}): LinkRecord => ({
  id: 'record',
  at: daysAgo(7),
  isLinked: true,
  ...record,
})

const NONE: Linkage['records'] = {
  deployment_team: [],
  deployment_changes: [],
  deployment_path: [],
  incident_deployment: [],
  service_owner: [],
}

function cellsOf(records: Partial<Linkage['records']>, context = aContext({ asOf: ASOF })) {
  const input = { asOf: ASOF, records: { ...NONE, ...records } }
  const cells = measureCells(linkageRate, input, context)
  return new Map(cells.map((cell) => [cell.parameters['linkType'], cell]))
}

const many = (length: number, linked: number) =>
  Array.from({ length }, (_, index) => aRecord({ id: `${index}`, isLinked: index < linked }))

test('each link type has a cell of its own', () => {
  const cells = cellsOf({ deployment_team: many(20, 20), incident_deployment: many(40, 10) })
  expect([...cells.keys()]).toEqual(LINK_TYPES)
  expect(cells.get('deployment_team')).toMatchObject({ status: 'ok', value: 1 })
  expect(cells.get('incident_deployment')).toMatchObject({ value: 0.25, band: 'bad' })
})

test('without records there is no value, and without a source neither', () => {
  const cells = cellsOf({ service_owner: null })
  expect(cells.get('service_owner')).toMatchObject({ status: 'source_missing', value: null })
  expect(cells.get('deployment_path')).toMatchObject({ status: 'no_denominator', value: null })
})

test('twenty records are enough for value and band', () => {
  const of = (n: number) => cellsOf({ deployment_path: many(n, 0) }).get('deployment_path')
  expect(of(19)).toMatchObject({ status: 'insufficient_sample', band: 'insufficient' })
  expect(of(20)).toMatchObject({ status: 'ok', value: 0, band: 'bad' })
})

test('the window is half-open: 28 days ago is in, and what lasts is always in', () => {
  const at = (instant: Date | null) =>
    cellsOf({ deployment_team: [aRecord({ at: instant })] }).get('deployment_team')?.n
  const early = new Date(daysAgo(28).getTime() - 1)
  expect([at(daysAgo(28)), at(early), at(ASOF), at(null)]).toEqual([1, 0, 0, 1])
})

test('order does not matter, another link type changes nothing, what was not read is never 0', () => {
  const records = fc
    .array(fc.record({ hours: fc.integer({ min: 1, max: 800 }), isLinked: fc.boolean() }))
    .map((rows) =>
      rows.map(({ hours, isLinked }, index) =>
        aRecord({ id: `${index}`, at: hoursAgo(hours), isLinked }),
      ),
    )
  fc.assert(
    fc.property(records, (rows) => {
      const cell = cellsOf({ deployment_team: rows }).get('deployment_team')
      const turned = cellsOf({ deployment_team: rows.toReversed(), service_owner: many(3, 1) })
      expect(turned.get('deployment_team')).toEqual(cell)
      const unread = cellsOf({ deployment_team: rows }, aContext({ asOf: ASOF, coverage: 0 }))
      expect(unread.get('deployment_team')?.value).toBeNull()
    }),
  )
})
