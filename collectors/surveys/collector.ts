import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type {
  Collector,
  CollectorContext,
  Page,
  ScopeFailure,
  SourceRecord,
} from '#collectors/collector.ts'
import { RefusedAnswer, readSurvey, type SurveyFact } from '#collectors/surveys/read.ts'
import { readExport, UnreadableExport } from '#collectors/surveys/table.ts'
import type { Database } from '#db/connection.ts'
import { deleteFacts, upsertFacts } from '#db/facts.ts'
import { SourceError } from '#lib/errors.ts'
import type { Period } from '#lib/period.ts'
import type { SurveyProfile } from '#lib/survey-profile.ts'

export interface SurveysSource {
  readonly sourceId: string
  readonly folder: string
  readonly surveys: readonly SurveyProfile[]
}

/** What is publishing waits for: see lib/commands/publish-surveys.ts. */
const REACH = 'entity:survey_responses'

/**
 * Reads CSV exports of surveys by their profiles. An export is read as a whole when its content
 * changes, and says all there is: an answer that is no longer in it goes. Only columns that a
 * profile names leave this reader.
 *
 * A wave is covered when its profile says when the export was made and every answer could be read:
 * what is published of it stands for good.
 */
export function surveysCollector(source: SurveysSource): Collector<SurveyFact> {
  const { sourceId, folder, surveys } = source
  return {
    sourceId,
    configuration: { kind: 'surveys', folder, surveys },
    fetch: (cursors, context) => fetchSurveys(source, cursors, context),
    record: SurveyRecord,
    save: (tx, facts, page, observedAt) => saveSurvey(tx, { sourceId, facts, page, observedAt }),
  }
}

/** Answers were read while they were fetched, since all of a survey decide which groups are told. */
const SurveyRecord = z.custom<SurveyFact>().superRefine((fact, context) => {
  const record: unknown = fact
  if (!(record instanceof RefusedAnswer)) return
  for (const { column, fault } of record.faults) {
    context.addIssue({ code: 'custom', message: fault, path: column === '' ? [] : [column] })
  }
})

const Cursor = z.object({
  sha256: z.string(),
  refused: z.int(),
  /** Whether the wave had closed: what was answered for a group may be told only then. */
  closed: z.boolean(),
})

type Fetched = Page | ScopeFailure

async function* fetchSurveys(
  source: SurveysSource,
  cursors: ReadonlyMap<string, unknown>,
  { now, signal, progress }: CollectorContext,
): AsyncGenerator<Fetched> {
  const { sourceId, surveys } = source
  const failed = (scope: string, message: string, cause?: unknown): ScopeFailure => ({
    scope,
    failure: new SourceError(sourceId, message, { cause }),
  })
  for (const message of await listStrangers(source)) yield failed('folder', message)
  const covered: { readonly read: string; readonly covers: Period }[] = []
  for (const [index, survey] of surveys.entries()) {
    if (signal.aborted) throw new SourceError(sourceId, 'was cut short; the next run goes on')
    const scope = `survey:${survey.id}`
    progress(survey.file, index, surveys.length)
    const reading = await readFileOf(source, survey, { cursor: cursors.get(scope), now: now() })
    if ('failure' in reading) {
      yield failed(scope, `${survey.file}: ${reading.failure}`, reading.cause)
      continue
    }
    const { page, cursor } = reading
    if (page !== null) yield { ...page, scope, cursor, covers: null, begins: true, replaces: true }
    const doubt = toDoubt(survey, reading)
    if (doubt !== null) yield failed(scope, `${survey.file}: ${doubt}`)
    else if (survey.exported !== undefined) {
      const covers = toCoverage(survey, survey.exported, now())
      covered.push({ read: `${survey.id} ${cursor.sha256}`, covers })
    }
  }
  yield* reach(covered, cursors.get(REACH))
}

/** Exports that no profile names. @throws {SourceError} when the folder cannot be read */
export async function listStrangers({
  sourceId,
  folder,
  surveys,
}: SurveysSource): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new SourceError(sourceId, `the folder ${folder} cannot be read`, { cause })
  })
  const known = new Set(surveys.map(({ file }) => file))
  const strangers = names.filter((name) => /\.(?:csv|tsv|xlsx?)$/i.test(name) && !known.has(name))
  return strangers.map((name) =>
    /\.xlsx?$/i.test(name)
      ? `${name}: is a workbook; save it as CSV`
      : `${name}: no survey in desirepath.yaml names it`,
  )
}

interface Reading {
  /** Null when nothing changed. */
  readonly page: Pick<Page, 'records'> | null
  readonly cursor: z.output<typeof Cursor>
  readonly writtenAt: Date
}

async function readFileOf(
  { folder }: SurveysSource,
  survey: SurveyProfile,
  { cursor, now }: { readonly cursor: unknown; readonly now: Date },
): Promise<Reading | { readonly failure: string; readonly cause: unknown }> {
  const closed = survey.closed !== undefined && survey.closed <= now.toISOString()
  try {
    const { bytes, writtenAt } = await readExport(join(folder, survey.file))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const known = Cursor.safeParse(cursor).data
    if (known?.sha256 === sha256 && known.closed === closed) {
      return { page: null, cursor: known, writtenAt }
    }
    const read = readSurvey(survey, bytes)
    const records = closed ? read.records : read.records.filter((one) => !isUnmapped(one))
    return {
      page: { records },
      cursor: { sha256, refused: read.refused, closed },
      writtenAt,
    }
  } catch (cause) {
    if (!(cause instanceof UnreadableExport)) throw cause
    return { failure: cause.message, cause }
  }
}

const isUnmapped = ({ value }: SourceRecord) =>
  !(value instanceof RefusedAnswer) && (value as SurveyFact).kind === 'unmapped'

/** Why nothing may be published of what was read; null when it may. */
function toDoubt({ exported }: SurveyProfile, { cursor, writtenAt }: Reading): string | null {
  if (cursor.refused > 0) {
    return `answers in quarantine: ${cursor.refused}; until they are mended or taken out of the file, nothing is published of it`
  }
  if (exported === undefined || writtenAt.toISOString() >= exported) return null
  return `was last written at ${writtenAt.toISOString()}, before it was exported as the configuration says (${exported})`
}

/** What comes after the end of a wave is none of its answers. */
function toCoverage({ opened, closed }: SurveyProfile, exported: string, now: Date): Period {
  const [to = exported] = [exported, now.toISOString(), ...(closed ? [closed] : [])].toSorted()
  return { from: new Date(opened), to: new Date(to) }
}

/** Pages of their own, as they follow from the configuration also when no file has changed. */
function* reach(
  covered: readonly { readonly read: string; readonly covers: Period }[],
  cursor: unknown,
): Generator<Page> {
  const read = covered.map((one) => `${one.read} ${one.covers.to.toISOString()}`)
  if (covered.length === 0 || JSON.stringify(read) === JSON.stringify(cursor)) return
  for (const [index, { covers }] of covered.entries()) {
    yield { scope: REACH, records: [], cursor: read.slice(0, index + 1), covers }
  }
}

interface Saved {
  readonly sourceId: string
  readonly facts: readonly SurveyFact[]
  readonly page: Pick<Page, 'scope' | 'replaces'>
  readonly observedAt: Date
}

async function saveSurvey(tx: Database, saved: Saved): Promise<number> {
  const { sourceId, facts, page, observedAt } = saved
  if (!page.replaces) return 0
  const wave = page.scope.slice('survey:'.length)
  const seen = { source_id: sourceId, observed_at: observedAt.toISOString() }
  const waves = facts.flatMap((fact) => (fact.kind === 'wave' ? [{ ...fact.row, ...seen }] : []))
  const responses = facts
    .flatMap((fact) => (fact.kind === 'responses' ? fact.rows : []))
    .map((row) => ({ ...row, ...seen }))
  const unmapped = facts.flatMap((fact) =>
    fact.kind === 'unmapped' ? [{ ...fact.row, ...seen }] : [],
  )
  const ids = new Set<unknown>(responses.map((row) => row.native_id))
  const names = new Set<unknown>(unmapped.map((row) => row.answer))
  return (
    (await deleteFacts(
      tx,
      'survey_responses',
      sourceId,
      (row) => row['wave_id'] === wave && !ids.has(row['native_id']),
    )) +
    (await deleteFacts(
      tx,
      'survey_unmapped_groups',
      sourceId,
      (row) => row['wave_id'] === wave && !names.has(row['answer']),
    )) +
    (await upsertFacts(tx, 'survey_waves', waves)) +
    (await upsertFacts(tx, 'survey_responses', responses)) +
    (await upsertFacts(tx, 'survey_unmapped_groups', unmapped))
  )
}
