import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import type { NewRow } from '#db/schema.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { openMeasurement } from '#lib/queries/opened.ts'
import { cellOf } from '#scorecards/measurement-row.ts'
import { type MetricResult, openedSets, sizeOf } from '#scorecards/result.ts'
import { measureCellsOn, scoreAll } from '#scorecards/run.ts'
import {
  addChanges,
  addDeployments,
  addException,
  addPath,
  addRequest,
  addService,
  addTeam,
  cover,
  day,
} from '#test/support/adoption.ts'
import {
  addAttempt,
  addIncident,
  addProof,
  addRequirement,
  addTicket,
} from '#test/support/cases.ts'
import { testDatabase } from '#test/support/database.ts'
import { aDeployingOrganisation, SPAN } from '#test/support/deploying.ts'
import { withCounts } from '#test/support/evidence.ts'

/** A Wednesday: the last week that is complete ended on 2 March, 28 days after 2 February. */
const NOW = new Date('2026-03-04T10:00:00Z')
const LAST_WEEK_END = new Date(day('2026-03-02'))
const DAY_MS = 86_400_000

const daysFrom = (first: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(first) + index * DAY_MS).toISOString().slice(0, 10),
  )
const WINDOW = daysFrom('2026-02-02', 28)
const BY_PATH = { path_id: 'http-service', mechanism: 'path' } as const

/** What was published, each with the rows behind it, which add up to it. */
async function publish(db: Database, metricId: string): Promise<MetricResult[]> {
  await scoreAll(db, { now: NOW })
  const all = await listMeasurements(db, LAST_WEEK_END)
  const own = all.filter((result) => result.metricId === metricId)
  const opened: MetricResult[] = []
  for (const result of own) {
    const subject = { metricId, ...result.scope }
    const cells = await measureCellsOn(db, { ...subject, asOf: LAST_WEEK_END, now: NOW })
    const found = cells.find(({ parameters }) => isSame(parameters, result.parameters))
    expect(found && withCounts(found)).toEqual(withCounts(result))
    const cell = { ...subject, cell: cellOf(result) }
    expect(await openMeasurement(db, cell, LAST_WEEK_END)).toEqual(found)
    if (found !== undefined) opened.push(found)
  }
  return opened
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

const idsOf = (result: MetricResult | undefined, kind: string) =>
  (result ? openedSets(result) : []).find((set) => set.kind === kind)?.ids

const publishOne = async (db: Database, metricId: string) => (await publish(db, metricId))[0]

const sizes = (result: MetricResult | undefined) =>
  Object.fromEntries((result?.evidence ?? []).map((set) => [set.kind, sizeOf(set)]))

/** Two teams deploy by the path at noon of every day of the window; `payments` asks once in the second week. */
async function addHelpedUse(db: Database) {
  await addDeployments(db, 'payments', WINDOW, BY_PATH)
  await addDeployments(db, 'search', WINDOW, BY_PATH)
  await addTicket(db, { native_id: '1', opened_at: '2026-02-10T10:00:00.000Z' })
}

test('requests about a path are set against its uses, with what is neither beside it', async () => {
  const db = await aDeployingOrganisation(['payments', 'search'])
  await addHelpedUse(db)
  await addTicket(db, { native_id: '2', opened_at: day('2026-02-20'), team_id: 'search' })
  await addTicket(db, { native_id: 'about nothing', opened_at: day('2026-02-20'), path_id: null })
  const other = (native_id: string, row: Partial<NewRow<'deployments'>>) =>
    addDeployments(db, 'search', ['2026-02-11'], { ...BY_PATH, native_id, ...row })
  await other('by a timer', { initiator_kind: 'bot' })
  await other('failed', { outcome: 'failure' })
  await other('by hand', { mechanism: 'manual_change' })
  await other('by nobody knows whom', { initiator_kind: 'unknown' })
  await cover(db, 'entity:tickets', { ...SPAN, sourceId: 'desk' })
  const result = await publishOne(db, 'SUP-02')
  // 2 requests; 28 uses of each team, and one more.
  expect(result).toMatchObject({ numerator: 2, denominator: 57, status: 'ok' })
  expect(result?.value).toBeCloseTo(200 / 57)
  expect(result?.parts).toMatchObject({ usesOfUnknownInitiator: 1, automatedUses: 1 })
  expect(sizes(result)).toEqual({
    counted: 2,
    'not_counted:use': 57,
    'excluded:no_path': 1,
    'excluded:automated': 1,
    'excluded:not_successful': 1,
    'excluded:not_by_path': 1,
  })
})

test('where nobody asked for help the path is self-service, and who asked was taught', async () => {
  const db = await aDeployingOrganisation(['payments', 'search'])
  await addHelpedUse(db)
  await cover(db, 'entity:tickets', { ...SPAN, sourceId: 'desk' })
  const result = await publishOne(db, 'SUP-06')
  // The uses of the last three days are younger than 72 hours; four of payments lie around its ticket.
  expect(sizes(result)).toEqual({ counted: 46, 'not_counted:facilitation': 4, not_matured: 6 })
  expect(result).toMatchObject({ value: 46 / 50, status: 'ok', band: 'none' })
  // Both teams used it for the first time on 2 February.
  expect(result?.parts).toMatchObject({ selfServiceShareFirstUse: 1, facilitationShare: 4 / 50 })
})

test('a provisioning request with a step of the platform team is handed off', async () => {
  const db = await aDeployingOrganisation(['payments'], { work: 'provisioning', evidence: [] })
  await cover(db, 'entity:provisioning_requests', { ...SPAN, sourceId: 'portal' })
  await cover(db, 'entity:tickets', { ...SPAN, sourceId: 'desk' })
  const usable_at = '2026-02-10T11:00:00.000Z'
  for (const native_id of ['alone', 'helped', 'not logged']) {
    const requested_at = '2026-02-10T10:00:00.000Z'
    await addRequest(db, { native_id, requested_at, usable_at, result: 'usable' })
  }
  const step = { source_id: 'portal', change_sha: null, observed_at: day('2026-06-01') }
  const span = { started_at: '2026-02-10T10:00:00.000Z', ended_at: usable_at }
  await upsertFacts(db, 'steps', [
    { ...step, ...span, native_id: '1', request_id: 'alone', kind: 'auto', actor_group: null },
    {
      ...step,
      ...span,
      native_id: '2',
      request_id: 'helped',
      kind: 'human_work',
      actor_group: 'platform',
    },
  ])
  // The use that each request came to is told by the request.
  expect(sizes(await publishOne(db, 'SUP-06'))).toEqual({
    counted: 1,
    'not_counted:handoff': 1,
    unknown: 1,
    'excluded:told_by_request': 3,
  })
})

test('help that was asked for long before the provisioning request that it names is of that one', async () => {
  const db = await aDeployingOrganisation(['payments'], { work: 'provisioning', evidence: [] })
  await cover(db, 'entity:provisioning_requests', { ...SPAN, sourceId: 'portal' })
  await cover(db, 'entity:tickets', { ...SPAN, sourceId: 'desk' })
  const requested_at = '2026-02-10T10:00:00.000Z'
  const usable_at = '2026-02-10T11:00:00.000Z'
  for (const native_id of ['helped', 'alone']) {
    await addRequest(db, { native_id, requested_at, usable_at, result: 'usable' })
    await upsertFacts(db, 'steps', [
      {
        source_id: 'portal',
        native_id,
        request_id: native_id,
        change_sha: null,
        kind: 'auto',
        started_at: requested_at,
        ended_at: usable_at,
        actor_group: null,
        observed_at: day('2026-06-01'),
      },
    ])
  }
  // More than a year before: of no chart of support any more.
  await addTicket(db, {
    native_id: 'old',
    opened_at: day('2025-01-10'),
    linked_request_id: 'helped',
    executed_by: 'platform',
    type: 'provisioning',
  })
  const result = await publishOne(db, 'SUP-06')
  expect(idsOf(result, 'not_counted:handoff')).toEqual(['portal:helped'])
  expect(idsOf(result, 'counted')).toEqual(['portal:alone'])
})

test.each([
  ['about no path', null, 2],
  ['about another path', 'other', 0],
])(
  'where the only resolution that is known is of a request %s, one without is open or unknown',
  async (_, path_id, open) => {
    const db = await aDeployingOrganisation(['payments'])
    await addPath(db, { id: 'other', rules: { work: 'deployments' } })
    await cover(db, 'entity:tickets', { ...SPAN, sourceId: 'desk' })
    await addTicket(db, { native_id: '1', opened_at: day('2026-02-10') })
    await addTicket(db, { native_id: '2', opened_at: day('2026-02-11') })
    await addTicket(db, {
      native_id: 'resolved',
      opened_at: day('2025-11-10'),
      resolved_at: day('2025-11-11'),
      path_id,
    })
    await scoreAll(db, { now: NOW })
    const [result] = (await listMeasurements(db, LAST_WEEK_END, { pathId: 'http-service' })).filter(
      ({ metricId }) => metricId === 'SUP-05',
    )
    expect(sizes(result)['not_counted:censored'] ?? 0).toBe(open)
    expect(result?.nUnknown).toBe(2 - open)
    expect(result?.status).toBe(open === 0 ? 'source_missing' : 'insufficient_sample')
  },
)

test.each(['SUP-02', 'SUP-06'])('%s misses its source where nobody reads tickets', async (id) => {
  const db = await aDeployingOrganisation(['payments', 'search'])
  await addHelpedUse(db)
  expect(await publishOne(db, id)).toMatchObject({ value: null, status: 'source_missing' })
})

test.each([
  ['SUP-02', 'entity:tickets', 'desk'],
  ['SUP-06', 'entity:tickets', 'desk'],
  ['GOV-02', 'entity:policy_evidence', 'policies'],
  ['GOV-03', 'entity:policy_evidence', 'policies'],
  ['GOV-04', 'entity:policy_evidence', 'policies'],
  ['REL-06', 'entity:incidents', 'pager'],
])(
  '%s has no data where %s was read for less than half of the window',
  async (id, scope, sourceId) => {
    const db = await aDeployingOrganisation(['payments', 'search'])
    await addHelpedUse(db)
    await addRequirement(db, { native_id: 'signed' })
    // 13 of 28 days.
    await cover(db, scope, { from: '2025-10-06', to: '2026-02-15', sourceId })
    expect(await publishOne(db, id)).toMatchObject({ value: null, status: 'no_data' })
  },
)

test('failures are laid to the platform by what their codes and incidents say', async () => {
  const db = await aDeployingOrganisation(['payments'])
  await cover(db, 'entity:path_attempts', { ...SPAN, sourceId: 'runs' })
  await cover(db, 'entity:incidents', { ...SPAN, sourceId: 'pager' })
  const codes = ['platform:quota', 'platform', 'user_input:name', 'policy', 'bad luck', null]
  for (const [index, cause_code] of [...codes, ...codes].entries()) {
    const started_at = `2026-02-1${index % 10}T09:00:00.000Z`
    await addAttempt(db, { native_id: `attempt ${index}`, started_at, cause_code })
  }
  await addAttempt(db, { native_id: 'succeeded', started_at: day('2026-02-10'), result: 'success' })
  await addAttempt(db, { native_id: 'too old', started_at: day('2026-02-01') })
  const deploy = (date: string, row: Partial<NewRow<'deployments'>>) =>
    addDeployments(db, 'payments', [date], row)
  const fail = (date: string, cause_class: 'platform' | 'dependency') =>
    addIncident(db, {
      native_id: `incident of ${date}`,
      started_at: `${date}T13:00:00.000Z`,
      caused_by_deployment_id: `payments/${date}`,
      cause_class,
    })
  for (const date of daysFrom('2026-02-10', 4)) await deploy(date, BY_PATH)
  await fail('2026-02-10', 'platform')
  await fail('2026-02-11', 'dependency')
  await fail('2026-02-12', 'dependency')
  await deploy('2026-02-20', { mechanism: 'manual_change' })
  await fail('2026-02-20', 'platform')
  const result = await publishOne(db, 'REL-06')
  // Four attempts and one deployment of eleven with a cause; four attempts say nothing of theirs.
  expect(result).toMatchObject({ numerator: 5, denominator: 11, nUnknown: 4, value: 5 / 11 })
  expect(result?.parts).toMatchObject({ userInput: 2, policy: 2, dependency: 2 })
  expect(sizes(result)).toMatchObject({ counted: 5, 'not_counted:dependency': 2, unknown: 4 })
})

test.each([
  ['of this path', 'entity:path_attempts:http-service', 'insufficient_sample'],
  ['of another path', 'entity:path_attempts:other', 'source_missing'],
])(
  'where attempts %s were read, and no others, the first success says so',
  async (_, scope, status) => {
    const db = await aDeployingOrganisation(['payments'])
    await cover(db, scope, { from: '2025-10-06', to: SPAN.to, sourceId: 'runs' })
    await addAttempt(db, { native_id: '1', started_at: day('2026-02-10'), result: 'success' })
    expect(await publishOne(db, 'ADO-08')).toMatchObject({ status })
  },
)

const GOVERNED = ['accounts', 'fares', 'mail', 'maps', 'payments', 'search']
const DAYS = daysFrom('2026-02-10', 4)

/**
 * Six teams deploy on four days. Of their 24 deployments 21 are signed, six of them an hour late, one
 * is waived, and of two there is nothing.
 */
async function aGovernedOrganisation() {
  const db = await aDeployingOrganisation(GOVERNED)
  await addRequirement(db, { native_id: 'signed' })
  await addRequirement(db, { native_id: 'over', required_to: day('2026-02-01') })
  for (const team of GOVERNED) await addDeployments(db, team, DAYS)
  const subjects = GOVERNED.flatMap((team) => DAYS.map((date) => ({ date, id: `${team}/${date}` })))
  for (const [index, { date, id }] of subjects.entries()) {
    if (index < 2) continue
    await addProof(db, {
      subject_id: id,
      produced_at: `${date}T${index < 8 ? 13 : 11}:30:00.000Z`,
      collector_kind: index < 10 ? 'manual' : 'automated',
      ...(index === 23 && { result: 'waived', waiver_id: 'EX-1' }),
    })
  }
  return db
}

const readEvidence = (db: Database, from: string, to: string) =>
  cover(db, 'entity:policy_evidence', { from, to, sourceId: 'policies' })

const approve = (db: Database) =>
  addException(db, { native_id: 'EX-1', team_id: 'search', path_id: 'another', decided_at: null })

test('changes are complete by a pass or an approved waiver, and some in time', async () => {
  const db = await aGovernedOrganisation()
  await readEvidence(db, SPAN.from, SPAN.to)
  await approve(db)
  const [complete] = await publish(db, 'GOV-02')
  expect(complete).toMatchObject({ value: 22 / 24, denominator: 24, nUnknown: 0, status: 'ok' })
  expect(complete?.parts).toMatchObject({ teamsUsed: 6 })
  const inTime = await publishOne(db, 'GOV-03')
  expect(inTime).toMatchObject({ value: 16 / 22, denominator: 22, status: 'ok' })
  expect(sizes(inTime)).toEqual({ counted: 16, not_counted: 6, 'excluded:incomplete': 2 })
  const automated = await publishOne(db, 'GOV-04')
  expect(automated).toMatchObject({ value: 14 / 22, numerator: 14, denominator: 22 })
})

test('evidence that was read for one requirement only says nothing of the others', async () => {
  const db = await aGovernedOrganisation()
  await approve(db)
  const scope = 'entity:policy_evidence:signed'
  await cover(db, scope, { from: SPAN.from, to: SPAN.to, sourceId: 'policies' })
  const [complete] = await publish(db, 'GOV-02')
  expect(complete).toMatchObject({ value: 22 / 24, denominator: 24, nUnknown: 0, status: 'ok' })
  await addRequirement(db, { native_id: 'scanned' })
  expect(await publishOne(db, 'GOV-02')).toMatchObject({ denominator: 0, nUnknown: 24 })
})

test('a waiver of an exception that nobody knows leaves its change unknown', async () => {
  const db = await aGovernedOrganisation()
  await readEvidence(db, SPAN.from, SPAN.to)
  const result = await publishOne(db, 'GOV-02')
  expect(idsOf(result, 'unknown')).toEqual(['pipelines:search/2026-02-13'])
})

test('what could not be seen in time is unknown, and not incomplete', async () => {
  const db = await aGovernedOrganisation()
  await approve(db)
  // Two days were not read; the grace time of the deployments of the 11th ends in them.
  await readEvidence(db, SPAN.from, '2026-02-12')
  await readEvidence(db, '2026-02-14', SPAN.to)
  expect(await publishOne(db, 'GOV-02')).toMatchObject({
    numerator: 5,
    denominator: 6,
    nUnknown: 18,
    status: 'insufficient_sample',
  })
})

test('without a register of requirements nothing can be complete', async () => {
  const db = await aDeployingOrganisation(GOVERNED)
  for (const team of GOVERNED) await addDeployments(db, team, DAYS)
  await readEvidence(db, SPAN.from, SPAN.to)
  for (const id of ['GOV-02', 'GOV-03']) {
    expect(await publishOne(db, id)).toMatchObject({ value: null, status: 'source_missing' })
  }
})

test('a request that went around the path is asked for evidence, too', async () => {
  const db = await aDeployingOrganisation(GOVERNED, { work: 'provisioning', evidence: [] })
  await cover(db, 'entity:provisioning_requests', { ...SPAN, sourceId: 'portal' })
  await readEvidence(db, SPAN.from, SPAN.to)
  await addRequirement(db, { native_id: 'signed', path_id: 'http-service' })
  await addRequirement(db, { native_id: 'of others', workload_class: 'batch' })
  const times = {
    requested_at: '2026-02-10T09:00:00.000Z',
    usable_at: '2026-02-10T10:00:00.000Z',
    workload_class: 'http',
  }
  for (const team_id of GOVERNED) {
    const isAround = team_id === 'search'
    const path_id = isAround ? null : 'http-service'
    await addRequest(db, { ...times, native_id: team_id, team_id, path_id, result: 'usable' })
    if (isAround) continue
    const proof = { subject_id: team_id, subject_type: 'request', native_id: team_id }
    await addProof(db, { ...proof, produced_at: '2026-02-10T09:30:00.000Z' })
  }
  const refused = { ...times, usable_at: null, ended_at: times.usable_at }
  await addRequest(db, { ...refused, native_id: 'refused', result: 'rejected' })
  const result = await publishOne(db, 'GOV-01')
  expect(result).toMatchObject({ value: 5 / 6, numerator: 5, denominator: 6, status: 'ok' })
  expect(result?.evidence).toContainEqual({ kind: 'not_counted', ids: ['portal:search'] })
  expect(result?.evidence).toContainEqual({ kind: 'excluded:no_effect', ids: ['portal:refused'] })
})

test('says of each source how many of its records could be joined to what they name', async () => {
  const db = await aDeployingOrganisation(['payments'])
  await addService(db, 'attic', { team: null })
  await addChanges(db, 'payments', ['2026-02-09'], { merge_sha: 'sha-1' })
  await addDeployments(db, 'payments', ['2026-02-10'], { ...BY_PATH, sha: 'sha-1' })
  await addDeployments(db, 'payments', ['2026-02-11'], { sha: 'sha-2' })
  await addDeployments(db, 'attic', ['2026-02-12'])
  await addDeployments(db, 'of nobody', ['2026-02-13'], { mechanism: 'manual_change' })
  await addDeployments(db, 'payments', ['2026-02-01'])
  await cover(db, 'entity:incidents', { ...SPAN, sourceId: 'pager' })
  const incident = { started_at: '2026-02-10T13:00:00.000Z' }
  await addIncident(db, {
    ...incident,
    native_id: '1',
    caused_by_deployment_id: 'payments/2026-02-10',
  })
  await addIncident(db, { ...incident, native_id: '2', caused_by_deployment_id: 'gone' })
  await addIncident(db, { ...incident, native_id: '3' })
  const results = await publish(db, 'DQ-02')
  const told = results.map(({ scope, parameters, numerator, denominator, status }) => [
    scope.sourceId,
    parameters['linkType'],
    status === 'source_missing' ? status : `${numerator} of ${denominator}`,
  ])
  expect(told.filter(([, , text]) => text !== 'source_missing').toSorted()).toEqual([
    ['catalog', 'service_owner', '1 of 2'],
    ['pager', 'incident_deployment', '1 of 3'],
    ['pipelines', 'deployment_changes', '1 of 4'],
    ['pipelines', 'deployment_path', '2 of 4'],
    ['pipelines', 'deployment_team', '2 of 4'],
  ])
  expect(told).toHaveLength(15)
  expect(results.every(({ coverage }) => coverage === 1)).toBe(true)
})

test('links of a source that was not read are not known, whatever it told', async () => {
  const db = await testDatabase()
  await addPath(db)
  await addTeam(db, 'payments')
  await addService(db, 'payments', { team: 'payments' })
  await addDeployments(db, 'payments', ['2026-02-10'])
  const results = await publish(db, 'DQ-02')
  const told = results.filter(({ scope }) => scope.sourceId === 'pipelines')
  const ofTeam = told.find(({ parameters }) => parameters['linkType'] === 'deployment_team')
  expect(ofTeam).toMatchObject({ value: null, status: 'no_data' })
})
