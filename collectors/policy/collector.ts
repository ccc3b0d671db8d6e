import { z } from 'zod'
import type {
  Collector,
  CollectorContext,
  Page,
  ScopeFailure,
  SourceRecord,
} from '#collectors/collector.ts'
import {
  type EvidenceRow,
  findingOf,
  isOfRequirement,
  isUndated,
  listStaleIds,
  toEvidence,
} from '#collectors/policy/evidence.ts'
import type { Part } from '#collectors/policy/finding.ts'
import {
  isExpected,
  listResultFiles,
  type OpenedFile,
  openFile,
  readKeys,
} from '#collectors/policy/folder.ts'
import type { Known } from '#collectors/repository.ts'
import { forEachChunk } from '#db/chunks.ts'
import type { Database } from '#db/connection.ts'
import { deleteFacts, deleteFactsWhere, upsertFacts } from '#db/facts.ts'
import { SourceError } from '#lib/errors.ts'
import type { Period } from '#lib/period.ts'
import type { PolicyRequirement } from '#lib/policy-requirement.ts'

export interface PolicySource {
  readonly sourceId: string
  readonly folder: string
  /** Files of public keys. */
  readonly keys: readonly string[]
  readonly requirements: readonly PolicyRequirement[]
  /** The time that the results are said to tell everything of; instants. `to` left out: until now. */
  readonly covers: { readonly from: string; readonly to?: string | undefined } | null
}

/** What one record of a folder of results says. */
export type PolicyFact =
  | { readonly kind: 'requirement'; readonly row: Known<'policy_requirements'> }
  | { readonly kind: 'evidence'; readonly rows: readonly EvidenceRow[] }
  | { readonly kind: 'unreadable'; readonly where: string; readonly reason: string }

const REQUIREMENTS = 'entity:policy_requirements'
const REACH = 'entity:policy_evidence'

/**
 * Reads a folder of what policy tools wrote. A file is read as a whole when its content changes. It
 * tells what happened: what an earlier content of it said stays, unless the new one says it anew.
 */
export function policyCollector(source: PolicySource): Collector<PolicyFact> {
  const { sourceId, ...configuration } = source
  return {
    sourceId,
    configuration: { kind: 'policy-results', ...configuration },
    record: PolicyRecord,
    fetch: (cursors, context) => fetchResults(source, cursors, context),
    save: (tx, facts, page, observedAt) => saveEvidence(tx, { source, facts, page, observedAt }),
  }
}

const PolicyRecord = z.custom<PolicyFact>().superRefine((value, context) => {
  const fact = value as PolicyFact // Made here, just before.
  if (fact.kind === 'unreadable')
    context.addIssue([fact.where, fact.reason].filter(Boolean).join(': '))
})

const Cursor = z.object({ sha256: z.string(), refused: z.int() })

async function* fetchResults(
  source: PolicySource,
  cursors: ReadonlyMap<string, unknown>,
  { now, signal, progress }: CollectorContext,
): AsyncGenerator<Page | ScopeFailure> {
  const { sourceId, folder } = source
  const files = await listResultFiles(sourceId, folder)
  const isSigned = await readKeys(sourceId, source.keys)
  if (!cursors.has(REQUIREMENTS)) yield toRequirementPage(source)
  const states: boolean[] = []
  for (const [index, file] of files.entries()) {
    if (signal.aborted) throw new SourceError(sourceId, 'was cut short; the next run goes on')
    progress(file, index, files.length)
    const read = await readFileOf(source, file, { isSigned, cursor: cursors.get(`file:${file}`) })
    states.push(read.isWhole)
    if (read.tells !== null) yield read.tells
  }
  const isWhole = files.length > 0 && states.every(Boolean)
  if (isWhole && source.covers !== null) yield toReach(source.covers, now())
}

/** What a file tells, null when nothing new; and whether all of it could be read. */
async function readFileOf(
  source: PolicySource,
  file: string,
  { isSigned, cursor }: { isSigned: Parameters<typeof openFile>[2]; cursor: unknown },
): Promise<{ readonly tells: Page | ScopeFailure | null; readonly isWhole: boolean }> {
  try {
    const opened = await openFile(source.folder, file, isSigned)
    const known = Cursor.safeParse(cursor).data
    if (known?.sha256 === opened.sha256) return { tells: null, isWhole: known.refused === 0 }
    const { refused, page } = toPage(source, file, opened)
    return { tells: page, isWhole: refused === 0 }
  } catch (error) {
    if (!isExpected(error)) throw error
    const failure = new SourceError(source.sourceId, `${file}: ${error.message}`, { cause: error })
    return { tells: { scope: `file:${file}`, failure }, isWhole: false }
  }
}

/** What could not be read may have been a failure: nothing is covered until it was. */
function toReach({ from, to }: NonNullable<PolicySource['covers']>, now: Date): Page {
  const end = to === undefined ? now : new Date(Math.min(Date.parse(to), now.getTime()))
  const covers: Period = { from: new Date(from), to: end }
  return { scope: REACH, records: [], cursor: end.toISOString(), covers }
}

function toRequirementPage({ requirements }: PolicySource): Page {
  const records = requirements.map((one): SourceRecord => {
    const value: PolicyFact = {
      kind: 'requirement',
      row: {
        native_id: one.id,
        name: one.name,
        path_id: one.path ?? null,
        workload_class: one.workload ?? null,
        data_classification: one.dataClassification ?? null,
        required_from: one.from,
        required_to: one.to ?? null,
      },
    }
    return { position: `requirements:${one.id}`, value }
  })
  return { scope: REQUIREMENTS, records, cursor: {}, covers: null, begins: true, replaces: true }
}

function toPage(source: PolicySource, file: string, { sha256, writtenAt, read }: OpenedFile) {
  const parts = read().flatMap((document) => document.parts)
  const facts = { file, sha256, writtenAt }
  const records = parts.map(
    (part): SourceRecord => ({
      position: `${file}:${part.where}`,
      value: toFact(part, (finding) => toEvidence(finding, source.requirements, facts)),
    }),
  )
  const refused = parts.filter(({ fault }) => fault !== null).length
  const cursor: z.output<typeof Cursor> = { sha256, refused }
  const page: Page = { scope: `file:${file}`, records, cursor, covers: null, begins: true }
  return { refused, page }
}

/** Of a part that cannot be read only its place is kept: what tools look at may hold secrets. */
function toFact(
  { where, fault, findings }: Part,
  toRows: (finding: Part['findings'][number]) => EvidenceRow[],
): PolicyFact {
  if (fault !== null) return { kind: 'unreadable', where, reason: fault }
  return { kind: 'evidence', rows: findings.flatMap(toRows) }
}

interface Saved {
  readonly source: PolicySource
  readonly facts: readonly PolicyFact[]
  readonly page: Pick<Page, 'scope'>
  readonly observedAt: Date
}

async function saveEvidence(
  tx: Database,
  { source, facts, page, observedAt }: Saved,
): Promise<number> {
  const { sourceId, requirements } = source
  const seen = { source_id: sourceId, observed_at: observedAt.toISOString() }
  if (page.scope === REQUIREMENTS) {
    const rows = facts.flatMap((fact) =>
      fact.kind === 'requirement' ? [{ ...fact.row, ...seen }] : [],
    )
    const ids = new Set<unknown>(rows.map((row) => row.native_id))
    return (
      (await deleteFacts(
        tx,
        'policy_requirements',
        sourceId,
        (row) => !ids.has(row['native_id']),
      )) +
      (await deleteFacts(
        tx,
        'policy_evidence',
        sourceId,
        (row) => isOfRequirement(String(row['native_id'])) && !ids.has(row['requirement_id']),
      )) +
      (await upsertFacts(tx, 'policy_requirements', rows))
    )
  }
  const rows = facts.flatMap((fact) => (fact.kind === 'evidence' ? fact.rows : []))
  let gone = 0
  const stale = listStaleIds(rows, requirements)
  const firstTimes = await findFirstTimes(tx, sourceId, [
    ...rows.map((row) => row.native_id),
    ...stale,
  ])
  await forEachChunk(stale, async (native_id) => {
    gone += await deleteFactsWhere(tx, 'policy_evidence', { source_id: sourceId, native_id })
  })
  const told = rows.map((row) => ({
    ...row,
    produced_at: firstTimes.get(findingOf(row.native_id)) ?? row.produced_at,
    ...seen,
  }))
  return gone + (await upsertFacts(tx, 'policy_evidence', told))
}

/**
 * By finding of which the tool tells no time, when it was first read: a file that is written again, or
 * read by another configuration, found nothing anew.
 */
async function findFirstTimes(
  tx: Database,
  sourceId: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const times = new Map<string, string>()
  await forEachChunk(ids.filter(isUndated), async (chunk) => {
    const stored = await tx
      .selectFrom('policy_evidence')
      .select(['native_id', 'produced_at'])
      .where('source_id', '=', sourceId)
      .where('native_id', 'in', chunk)
      .execute()
    for (const { native_id: id, produced_at: at } of stored) {
      const known = times.get(findingOf(id))
      if (known === undefined || at < known) times.set(findingOf(id), at)
    }
  })
  return times
}
