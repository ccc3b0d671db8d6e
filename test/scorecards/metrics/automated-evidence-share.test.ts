import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  automatedEvidenceShare,
  type EvidenceItem,
} from '#scorecards/metrics/automated-evidence-share.ts'
import { ASOF, daysAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

const anItem = (item: Partial<EvidenceItem> = {}): EvidenceItem => ({
  id: 'item',
  producedAt: daysAgo(7),
  collectorKind: 'automated',
  ...item,
})

const compute = (evidence: readonly EvidenceItem[]) =>
  automatedEvidenceShare.compute({ asOf: ASOF, evidence })

test('what a program collected counts, and what nobody knows is unknown', () => {
  const kinds = ['automated', 'manual', null] as const
  const result = compute(
    kinds.map((collectorKind) => anItem({ id: `${collectorKind}`, collectorKind })),
  )
  expect(setsOf(result)).toEqual({
    counted: ['automated'],
    not_counted: ['manual'],
    unknown: ['null'],
  })
  expect(result).toMatchObject({ value: 0.5, nUnknown: 1, bounds: { low: 1 / 3, high: 2 / 3 } })
})

test('the window is half-open: 28 days ago is in', () => {
  const at = (producedAt: Date) => compute([anItem({ producedAt })]).n
  expect([at(daysAgo(28)), at(new Date(daysAgo(28).getTime() - 1)), at(ASOF)]).toEqual([1, 0, 0])
})

test('twenty items are enough for value and band', () => {
  const of = (length: number) => {
    const evidence = Array.from({ length }, (_, index) =>
      anItem({ id: `${index}`, collectorKind: 'manual' }),
    )
    return measure(automatedEvidenceShare, { asOf: ASOF, evidence }, aContext({ asOf: ASOF }))
  }
  expect(of(0)).toMatchObject({ status: 'no_denominator', value: null })
  expect(of(19)).toMatchObject({ status: 'insufficient_sample', band: 'insufficient' })
  expect(of(20)).toMatchObject({ status: 'ok', value: 0, band: 'bad' })
})
