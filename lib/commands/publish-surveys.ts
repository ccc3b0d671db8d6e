import { randomInt } from 'node:crypto'
import { z } from 'zod'
import { listStandingStates } from '#db/adoption-states.ts'
import type { Database, Reader } from '#db/connection.ts'
import { listCoverage } from '#db/coverage.ts'
import type { Row } from '#db/schema.ts'
import {
  type ClosedWaveRow,
  listSurveyResponses,
  listUnpublishedWaves,
} from '#db/survey-answers.ts'
import { insertSurveyPublication } from '#db/survey-publications.ts'
import { compareText } from '#lib/order.ts'
import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import { type CoveredInterval, coveredShare } from '#scorecards/coverage.ts'
import { ENGINE_VERSION } from '#scorecards/engine-version.ts'
import { GROUP_STATES } from '#scorecards/survey/answers.ts'
import { publishWave } from '#scorecards/survey/publish.ts'
import type { Removals } from '#scorecards/survey/quotes.ts'
import type { SurveyedPath, SurveyResponse } from '#scorecards/survey/wave.ts'

export interface PublishingOptions {
  readonly now: Date
  /** Called first in the transaction; throws when this runner may no longer write. */
  readonly guard?: (tx: Database) => Promise<void>
}

/**
 * Publishes every wave that has closed, whose answers were read until its closing, and that was not
 * published before. What it writes stands for good: an answer that comes late, changes or goes
 * changes nothing, since the difference would tell it. Returns how many waves were published.
 */
export function publishSurveys(
  db: Database,
  { now, guard = async () => {} }: PublishingOptions,
): Promise<number> {
  return db.transaction().execute(async (tx) => {
    await guard(tx)
    let published = 0
    for (const wave of await listUnpublishedWaves(tx, now)) {
      if (await publishRow(tx, wave, now)) published += 1
    }
    return published
  })
}

async function publishRow(db: Database, row: ClosedWaveRow, now: Date): Promise<boolean> {
  const wave = {
    id: row.native_id,
    openedAt: new Date(row.opened_at),
    closedAt: new Date(row.closed_at),
    k: row.k,
  }
  const read = await listReadPeriods(db, row.source_id)
  if (!isReadUntil(wave.closedAt, read)) return false
  const responses = (await listSurveyResponses(db, row)).filter((one) => isInTime(one, row))
  const published = publishWave(
    { ...wave, paths: await listPaths(db, row, responses) },
    {
      asOf: wave.closedAt,
      computedAt: now,
      engineVersion: ENGINE_VERSION,
      watermarks: { [row.source_id]: row.closed_at },
      coverage: coveredShare(read, wave.openedAt.getTime(), wave.closedAt.getTime()),
      removals: await listRemovals(db, row),
      draw: drawSecretly,
    },
  )
  if (published === null) return false
  return await insertSurveyPublication(db, {
    source_id: row.source_id,
    wave_id: row.native_id,
    name: row.name,
    opened_at: row.opened_at,
    closed_at: row.closed_at,
    published_at: now.toISOString(),
    body: JSON.stringify(published),
  })
}

/** Not by a generator with a seed: whoever had it could repeat the lot. */
const drawSecretly = () => randomInt(LOTS) / LOTS
const LOTS = 2 ** 32

async function listReadPeriods(db: Reader, sourceId: string): Promise<CoveredInterval[]> {
  const coverage = await listCoverage(db)
  return coverage
    .filter((one) => one.sourceId === sourceId && one.scope === 'entity:survey_responses')
    .map(({ from, to }) => ({ sourceId, from: from.getTime(), to: to.getTime() }))
}

const isReadUntil = (closedAt: Date, read: readonly CoveredInterval[]) =>
  read.some(({ from, to }) => from < closedAt.getTime() && closedAt.getTime() <= to)

/**
 * Only its day is stored of an answer: it is in time when that began before the closing. Collectors
 * that know the instant leave out what came later on the closing day.
 */
const isInTime = ({ submitted_on }: Row<'survey_responses'>, { closed_at }: ClosedWaveRow) =>
  submitted_on === null || new Date(submitted_on) < new Date(closed_at)

/** Each path that was asked about, with all groups that were: a wave has one grouping. */
async function listPaths(
  db: Reader,
  { closed_at, invited_by_group }: ClosedWaveRow,
  rows: readonly Row<'survey_responses'>[],
): Promise<SurveyedPath[]> {
  const invited = InvitedByGroup.parse(JSON.parse(invited_by_group))
  const groups = new Set([...Object.keys(invited), ...rows.map((row) => row.group_id)])
  const byPath = Map.groupBy(rows, (row) => row.path_id)
  const pathIds = byPath.size === 0 ? [null] : [...byPath.keys()]
  return await Promise.all(
    pathIds
      .toSorted((a, b) => compareText(a ?? '', b ?? ''))
      .map(async (pathId) => {
        const responses = byPath.get(pathId) ?? []
        const told = toldStates(responses)
        const computed = await computedStates(db, pathId, new Date(closed_at))
        return {
          pathId,
          groups: [...groups].toSorted(compareText).map((id) => ({
            id,
            groupState: told.get(id) ?? computed.get(id) ?? null,
            invited: invited[id] ?? null,
          })),
          responses: responses.map(toResponse),
        }
      }),
  )
}

const InvitedByGroup = z.record(z.string(), z.int().nonnegative())

const State = z.enum(GROUP_STATES).nullable().catch(null)

/** What the answers of a group say of its state; null when they disagree. */
function toldStates(rows: readonly Row<'survey_responses'>[]): Map<string, AdoptionState | null> {
  return new Map(
    [...Map.groupBy(rows, (row) => row.group_id)].map(([group, own]) => {
      const [state = null, ...others] = new Set(own.map((row) => State.parse(row.group_state)))
      return [group, others.length === 0 ? state : null]
    }),
  )
}

/** Of groups that are teams. */
async function computedStates(
  db: Reader,
  pathId: string | null,
  asOf: Date,
): Promise<Map<string, AdoptionState | null>> {
  if (pathId === null) return new Map()
  const states = await listStandingStates(db, { asOf, pathId })
  return new Map(states.map(({ team_id, state }) => [team_id, State.parse(state)]))
}

function toResponse(row: Row<'survey_responses'>): SurveyResponse {
  return {
    id: row.native_id,
    groupId: row.group_id,
    npsScore: row.nps_score,
    csat: row.csat,
    umux1: row.umux1,
    umux2: row.umux2,
    comment:
      row.comment === null
        ? null
        : { text: row.comment, themes: null, quotable: row.quotable === 1 },
  }
}

/** People are stored nowhere, so the names that are known are those of groups, teams and services. */
async function listRemovals(db: Reader, { invited_by_group }: ClosedWaveRow): Promise<Removals> {
  const groups = Object.keys(InvitedByGroup.parse(JSON.parse(invited_by_group)))
  const teams = await db.selectFrom('teams').select(['id', 'name']).execute()
  const services = await db.selectFrom('services').select(['id', 'name']).execute()
  return {
    names: [...groups, ...teams.flatMap(({ id, name }) => [id, name])],
    serviceIds: services.flatMap(({ id, name }) => [id, name]),
  }
}
