import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import { listDeliveryEvidence, measureDeliveries, measureDelivery } from '#lib/queries/delivery.ts'
import { listWindows } from '#lib/queries/measurements.ts'
import { DELIVERY_METRICS } from '#scorecards/delivery/results.ts'
import type { EvidenceSet, MetricResult } from '#scorecards/result.ts'
import { scoreAll } from '#scorecards/run.ts'
import { addPath, addService, addTeam, cover, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

const NOW = new Date('2026-03-11T10:00:00Z')
const UNTIL = new Date(day('2026-03-09'))
const FIRST = Date.parse('2025-12-01T00:00:00Z')
const HOUR_MS = 3_600_000
const at = (hours: number) => new Date(FIRST + hours * HOUR_MS).toISOString()
/** Of the source that `cover` covers. */
const OBSERVED = { source_id: 'clones', observed_at: at(0) }

/** Services of two teams, all of whose deployments and incidents were read. */
async function anOrganisation(): Promise<Database> {
  const db = await testDatabase()
  const covered = { from: '2025-10-06', to: '2026-03-11' }
  await addPath(db)
  for (const team of ['payments', 'search']) {
    await addTeam(db, team)
    await addService(db, team, { team, covered })
  }
  await cover(db, 'entity:deployments', covered)
  await cover(db, 'entity:incidents', covered)
  return db
}

interface Made {
  readonly hours: number
  readonly service: string
  readonly outcome: 'success' | 'failure'
  readonly tier: string | null
  readonly kind: 'planned' | 'hotfix' | null
  readonly failsAfter: number | null
}

const made: fc.Arbitrary<Made> = fc.record({
  hours: fc.integer({ min: 0, max: 98 * 24 - 1 }),
  service: fc.constantFrom('payments', 'search'),
  outcome: fc.constantFrom('success', 'success', 'failure'),
  tier: fc.constantFrom('production', 'production', 'staging', null),
  kind: fc.constantFrom('planned', 'hotfix', null),
  failsAfter: fc.option(fc.integer({ min: 1, max: 100 })),
})

/** Each deployment carries one change, and some cause an incident. */
async function deliver(db: Database, all: readonly Made[]): Promise<void> {
  for (const [index, one] of all.entries()) {
    const id = String(index)
    await upsertFacts(db, 'changes', [
      {
        ...OBSERVED,
        native_id: id,
        repository_id: `local/${one.service}`,
        service_id: null,
        number: index,
        first_commit_at: at(one.hours - 40),
        opened_at: null,
        ready_at: null,
        first_review_at: null,
        approved_at: null,
        merged_at: at(one.hours - 1),
        merge_sha: `sha-${id}`,
        size_lines: null,
        author_kind: 'human',
        reverts: null,
      },
    ])
    await upsertFacts(db, 'deployments', [
      {
        ...OBSERVED,
        native_id: id,
        service_id: one.service,
        environment: null,
        environment_tier: one.tier,
        sha: `sha-${id}`,
        version: null,
        created_at: at(one.hours),
        started_at: null,
        finished_at: at(one.hours),
        outcome: one.outcome,
        kind: one.kind,
        superseded_at: null,
        redeploy_of: null,
        rollback_of: null,
        initiator_kind: 'bot',
        path_id: null,
        path_version: null,
        mechanism: null,
        url: null,
      },
    ])
    if (one.failsAfter === null) continue
    await upsertFacts(db, 'incidents', [
      {
        ...OBSERVED,
        native_id: id,
        service_id: one.service,
        severity: null,
        started_at: at(one.hours + one.failsAfter),
        detected_at: null,
        acknowledged_at: null,
        mitigated_at: null,
        restored_at: at(one.hours + one.failsAfter + 5),
        caused_by_deployment_id: one.failsAfter % 2 === 0 ? id : null,
        link_kind: null,
        cause_class: null,
        reassignment_count: null,
        owner_found_at: null,
      },
    ])
  }
}

const countOf = (evidence: readonly EvidenceSet[], ...sets: string[]) =>
  evidence
    .filter(({ kind }) => sets.some((set) => kind === set || kind.startsWith(`${set}:`)))
    .reduce((sum, { ids }) => sum + ids.length, 0)

/** What the rows of each set add up to, as the result counts them. */
function readded(metricId: string, evidence: readonly EvidenceSet[]) {
  const counted = countOf(evidence, 'counted')
  const n = counted + countOf(evidence, 'not_counted')
  return {
    n: metricId === 'SPD-03' ? undefined : n,
    numerator: ['SPD-02', 'REL-04'].includes(metricId) ? null : counted,
    nUnknown: countOf(evidence, 'unknown'),
    notMatured: countOf(evidence, 'not_matured'),
  }
}

const counted = ({ metricId, n, numerator, nUnknown, notMatured }: MetricResult) => ({
  n: metricId === 'SPD-03' ? undefined : n,
  numerator,
  nUnknown,
  notMatured,
})

const inOrder = (results: readonly MetricResult[]) =>
  results.toSorted((a, b) =>
    `${a.metricId} ${a.scope.teamId ?? ''}` < `${b.metricId} ${b.scope.teamId ?? ''}` ? -1 : 1,
  )

test('the rows behind every number of delivery add up to it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(made, { minLength: 1, maxLength: 20 }), async (all) => {
      const db = await anOrganisation()
      await deliver(db, all)
      await scoreAll(db, { now: NOW })
      const window = { from: new Date(day('2025-12-10')), to: new Date(day('2026-02-19')) }
      const scope = { teamId: 'payments' }
      const results = await measureDelivery(db, {
        scopes: [scope],
        window,
        asOf: UNTIL,
        now: NOW,
      })
      expect(results.map(({ metricId }) => metricId)).toEqual(DELIVERY_METRICS)
      for (const result of results) {
        const { metricId } = result
        const question = { ...scope, ...window, metricId, asOf: UNTIL }
        const evidence = (await listDeliveryEvidence(db, question)) ?? []
        expect([metricId, counted(result)]).toEqual([metricId, readded(metricId, evidence)])
      }
      await db.destroy()
    }),
    { numRuns: 25 },
  )
}, 120_000)

test('a range that is a month gives what was published of the month', async () => {
  const db = await anOrganisation()
  const kinds = ['planned', 'hotfix'] as const
  await deliver(
    db,
    Array.from({ length: 40 }, (_, index) => ({
      hours: index * 55,
      service: index % 3 === 0 ? 'search' : 'payments',
      outcome: 'success',
      tier: 'production',
      kind: kinds[index % 2] ?? 'planned',
      failsAfter: index % 5 === 0 ? index + 2 : null,
    })),
  )
  await scoreAll(db, { now: NOW })
  const window = { from: new Date(day('2026-01-01')), to: new Date(day('2026-02-01')) }
  const published = await listWindows(db, {
    windowKind: 'month',
    windowEnds: [window.to.toISOString()],
  })
  const live = await measureDelivery(db, {
    scopes: [{}, { teamId: 'payments' }, { teamId: 'search' }],
    window,
    asOf: UNTIL,
    now: NOW,
  })
  expect(inOrder(live)).toEqual(inOrder(published))
  expect(live.find(({ metricId }) => metricId === 'SPD-03')?.numerator).toBeGreaterThan(5)
})

test('several windows at once say what each says alone, and a team alone what it says among others', async () => {
  const windows = [
    { from: new Date(day('2025-12-10')), to: new Date(day('2026-02-19')) },
    { from: new Date(day('2026-01-05')), to: new Date(day('2026-01-12')) },
  ]
  await fc.assert(
    fc.asyncProperty(fc.array(made, { minLength: 1, maxLength: 20 }), async (all) => {
      const db = await anOrganisation()
      await deliver(db, all)
      await scoreAll(db, { now: NOW })
      const asked = { asOf: UNTIL, now: NOW }
      const scopes = [{}, { teamId: 'payments' }, { teamId: 'search' }]
      const together = await measureDeliveries(db, { ...asked, scopes, windows })
      for (const [place, window] of windows.entries()) {
        const alone = []
        for (const metricId of DELIVERY_METRICS) {
          for (const scope of scopes) {
            const metricIds = [metricId]
            alone.push(
              ...(await measureDelivery(db, { ...asked, scopes: [scope], window, metricIds })),
            )
          }
        }
        expect(inOrder(together[place] ?? [])).toEqual(inOrder(alone))
      }
      await db.destroy()
    }),
    { numRuns: 15 },
  )
}, 120_000)

/** Successful deployments of payments at these moments. */
const deployAt = (db: Database, ...instants: readonly string[]) =>
  deliver(
    db,
    instants.map((instant) => ({
      hours: (Date.parse(instant) - FIRST) / HOUR_MS,
      service: 'payments',
      outcome: 'success',
      tier: 'production',
      kind: 'planned',
      failsAfter: null,
    })),
  )

const measureWeek = (db: Database, metricId: string) =>
  measureDelivery(db, {
    scopes: [{ teamId: 'payments' }],
    window: { from: new Date(day('2025-12-29')), to: new Date(day('2026-01-05')) },
    asOf: UNTIL,
    metricIds: [metricId],
    now: NOW,
  })

test('a week that lies in two quarters is one week', async () => {
  const db = await anOrganisation()
  await deployAt(db, '2025-12-30T10:00:00Z', '2026-01-02T10:00:00Z')
  await scoreAll(db, { now: NOW })
  const [result] = await measureWeek(db, 'SPD-03')
  expect(result).toMatchObject({
    numerator: 2,
    parts: { weeksWithDeployment: 1 },
  })
})

test('of deliveries that no run has set down yet nobody knows anything, not that there were none', async () => {
  const db = await anOrganisation()
  await deployAt(db, '2025-12-30T10:00:00Z')
  await scoreAll(db, { now: NOW })
  // As an upgrade does whose ledgers are others.
  await db.deleteFrom('ledgers').where('kind', 'like', 'delivery%').execute()
  for (const metricId of DELIVERY_METRICS) {
    const [result] = await measureWeek(db, metricId)
    expect([metricId, result?.value, result?.coverage, result?.status]).toEqual([
      metricId,
      null,
      0,
      'no_data',
    ])
  }
})
