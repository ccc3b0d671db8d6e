import { createHash } from 'node:crypto'
import type { SourceRecord } from '#collectors/collector.ts'
import type { Known } from '#collectors/repository.ts'
import {
  isAnswered,
  type Rating,
  readRating,
  withoutAddresses,
} from '#collectors/surveys/answers.ts'
import { findColumn, type Headers, normalise, toHeaders } from '#collectors/surveys/columns.ts'
import { toProduct } from '#collectors/surveys/products.ts'
import { type Row, readRows, UnreadableExport } from '#collectors/surveys/table.ts'
import { readTime } from '#collectors/surveys/times.ts'
import { RESERVED_GROUPS, type SurveyProfile } from '#lib/survey-profile.ts'

type ResponseRow = Known<'survey_responses'>

/** What one record of an export says. */
export type SurveyFact =
  | { readonly kind: 'wave'; readonly row: Known<'survey_waves'> }
  | { readonly kind: 'responses'; readonly rows: readonly ResponseRow[] }
  /** Answers that name a group that the profile does not know. */
  | { readonly kind: 'unmapped'; readonly row: Known<'survey_unmapped_groups'> }

/**
 * An answer that cannot be read. It keeps no cell, not even one at fault: whoever sees it must not
 * learn what somebody said.
 */
export class RefusedAnswer {
  readonly faults: readonly CellFault[]

  constructor(faults: readonly CellFault[]) {
    this.faults = faults
  }
}

interface CellFault {
  /** Header of the column; empty: the row as a whole. */
  readonly column: string
  /** What was expected, without what stands there. */
  readonly fault: string
}

export interface ReadSurvey {
  /** The wave, its answers, and what of the groups that the profile does not know may be told. */
  readonly records: readonly SourceRecord[]
  readonly refused: number
}

/** Everything that an export says of a survey. @throws {UnreadableExport} when it cannot be read as a whole */
export function readSurvey(profile: SurveyProfile, bytes: Uint8Array): ReadSurvey {
  const rows = readRows(bytes)
  const product = toProduct(profile.product, rows)
  if (product === undefined) {
    throw new UnreadableExport(
      'has headers of no product that we know; say product of the survey, other if its first row holds the questions',
    )
  }
  const layout = toLayout(profile, toHeaders(rows.slice(0, product.headerRows)), product)
  const answers = rows.slice(product.headerRows).map((row) => readAnswer(layout, row))
  const read = answers.filter(
    (answer): answer is Answer => answer !== null && !(answer instanceof RefusedAnswer),
  )
  const groups = toSafeGroups(profile, read)
  const ids = toIds(profile, read)
  const wave = { position: profile.file, value: { kind: 'wave', row: toWave(profile) } }
  const records = answers.flatMap((answer, index): SourceRecord | [] => {
    if (answer === null) return []
    const position = `${profile.file}:${rows[index + product.headerRows]?.line}`
    if (answer instanceof RefusedAnswer) return { position, value: answer }
    const group = groups.get(answer.group) ?? answer.group
    const id = ids.get(answer) ?? ''
    const responses = answer.responses.map((row) => toResponse(row, { profile, id, group }))
    return { position, value: { kind: 'responses', rows: responses } }
  })
  const refused = answers.filter((answer) => answer instanceof RefusedAnswer).length
  return { records: [wave, ...records, ...listUnmapped(profile, read)], refused }
}

const toWave = ({
  id,
  name,
  opened,
  closed,
  invited,
  k,
}: SurveyProfile): Known<'survey_waves'> => ({
  native_id: id,
  name,
  opened_at: opened,
  closed_at: closed ?? null,
  invited_by_group: JSON.stringify(invited),
  k,
})

/** Where in a row everything stands. */
interface Layout {
  readonly profile: SurveyProfile
  readonly headers: Headers
  readonly id: number | null
  readonly submitted: number | null
  readonly timezone: string | null
  readonly group: number | null
  readonly questions: readonly { readonly place: number; readonly asks: Question }[]
}
type Question = SurveyProfile['questions'][number]

function toLayout(
  profile: SurveyProfile,
  headers: Headers,
  product: NonNullable<ReturnType<typeof toProduct>>,
): Layout {
  const find = (reference: string | number | null | undefined) =>
    reference === null || reference === undefined ? null : findColumn(headers, reference)
  return {
    profile,
    headers,
    id: find(product.id),
    submitted: find(profile.submitted ?? product.submitted),
    timezone: product.timezone ?? profile.timezone ?? null,
    group: find(profile.group?.column),
    questions: profile.questions.map((asks) => ({
      place: findColumn(headers, asks.column),
      asks,
    })),
  }
}

/** What one person answered, about each path that was asked about. */
interface Answer {
  /** What names it: the product's id of it, else the row as it stands. */
  readonly key: string
  readonly group: string
  /** What was answered for a group, where the profile does not know it. */
  readonly unmapped: string | null
  readonly responses: readonly Omit<ResponseRow, 'native_id' | 'group_id' | 'wave_id'>[]
}

/** Null: it was given at the closing of the wave or later, and is none of its answers. */
function readAnswer(layout: Layout, { cells }: Row): Answer | RefusedAnswer | null {
  const { profile, headers } = layout
  if (cells.length !== headers.length) {
    const fault = `expected ${headers.length} cells, one for each header, not ${cells.length}`
    return new RefusedAnswer([{ column: '', fault }])
  }
  const faults: CellFault[] = []
  const refuse = (place: number, fault: string) => {
    faults.push({ column: headers[place]?.[0] ?? '', fault })
  }
  const submitted = readSubmitted(layout, cells, refuse)
  const { closed } = profile
  if (closed !== undefined && submitted !== null && submitted >= closed) return null
  const { questions } = layout
  const quotable = questions.some(
    ({ place, asks }) => asks.is === 'quotable' && isYes(cells[place], asks),
  )
  const paths = [...new Set(questions.flatMap(({ asks }) => pathOf(asks, profile)))]
  const responses = paths.map((path) => ({
    group_state: null,
    path_id: path,
    submitted_on: submitted?.slice(0, 10) ?? null,
    ...readQuestions(layout, cells, path, refuse),
    quotable: Number(quotable),
  }))
  if (faults.length > 0) return new RefusedAnswer(faults)
  const told = layout.group === null ? null : (cells[layout.group] ?? '')
  return { key: toKey(layout, cells), ...toGroup(profile, told), responses }
}

function readSubmitted(
  { submitted, profile, timezone }: Layout,
  cells: readonly string[],
  refuse: (place: number, fault: string) => void,
): string | null {
  const cell = submitted === null ? '' : (cells[submitted] ?? '').trim()
  if (submitted === null || !isAnswered(cell)) return null
  const reading = readTime(cell, { dates: profile.dates, timezone })
  if ('at' in reading) return reading.at
  refuse(submitted, reading.fault)
  return null
}

const isYes = (cell: string | undefined, { yes }: Extract<Question, { is: 'quotable' }>) =>
  yes.some((one) => normalise(one).toLowerCase() === normalise(cell ?? '').toLowerCase())

/** Whether somebody may be quoted is asked of no path. */
const pathOf = (asks: Question, { path }: SurveyProfile): (string | null)[] =>
  asks.is === 'quotable' ? [] : [asks.path ?? path ?? null]

const COLUMNS: Readonly<Record<Rating['is'], 'nps_score' | 'csat' | 'umux1' | 'umux2'>> = {
  nps: 'nps_score',
  csat: 'csat',
  umux1: 'umux1',
  umux2: 'umux2',
}

function readQuestions(
  { questions, profile }: Layout,
  cells: readonly string[],
  path: string | null,
  refuse: (place: number, fault: string) => void,
) {
  const row: Pick<ResponseRow, 'nps_score' | 'csat' | 'umux1' | 'umux2' | 'comment'> = {
    nps_score: null,
    csat: null,
    umux1: null,
    umux2: null,
    comment: null,
  }
  for (const { place, asks } of questions) {
    if (!pathOf(asks, profile).includes(path) || asks.is === 'quotable') continue
    const cell = cells[place] ?? ''
    if (asks.is === 'comment') row.comment = readComment(cell, (fault) => refuse(place, fault))
    else {
      const rating = readRating(cell, asks)
      if ('fault' in rating) refuse(place, rating.fault)
      else row[COLUMNS[asks.is]] = rating.value
    }
  }
  return row
}

const LONGEST_COMMENT = 20_000

function readComment(cell: string, refuse: (fault: string) => void): string | null {
  if (!isAnswered(cell)) return null
  if (cell.includes('\0') || cell.includes('\uFFFD')) {
    refuse('holds a character that is none; save the export as UTF-8')
    return null
  }
  if (cell.length > LONGEST_COMMENT) {
    refuse(`is longer than ${LONGEST_COMMENT} characters; shorten it in the export`)
    return null
  }
  return withoutAddresses(cell.trim())
}

const toKey = ({ id }: Layout, cells: readonly string[]) =>
  (id === null ? '' : (cells[id] ?? '').trim()) || JSON.stringify(cells)

/** By the profile, else a group that the profile names as such. */
function toGroup(profile: SurveyProfile, told: string | null): Pick<Answer, 'group' | 'unmapped'> {
  if (told === null) return { group: RESERVED_GROUPS.everybody, unmapped: null }
  const answer = normalise(told)
  const known = new Map<string, string>()
  const { answers = {} } = profile.group ?? {}
  for (const id of [...Object.keys(profile.invited), ...Object.values(answers)]) {
    known.set(id.toLowerCase(), id)
  }
  for (const [text, id] of Object.entries(answers)) known.set(normalise(text).toLowerCase(), id)
  const group = known.get(answer.toLowerCase())
  if (group !== undefined) return { group, unmapped: null }
  return { group: RESERVED_GROUPS.unmapped, unmapped: isAnswered(answer) ? answer : null }
}

/**
 * Group → the group that its answers are told of. A group of fewer than k people is not told of; of
 * one of which nobody says how many were asked, k people must have answered.
 */
function toSafeGroups(
  { invited, k }: SurveyProfile,
  answers: readonly Answer[],
): Map<string, string> {
  const reserved: string[] = Object.values(RESERVED_GROUPS)
  return new Map(
    [...Map.groupBy(answers, ({ group }) => group)].map(([group, own]) => {
      const isSafe = reserved.includes(group) || (invited[group] ?? own.length) >= k
      return [group, isSafe ? group : RESERVED_GROUPS.small]
    }),
  )
}

/** Two equal answers without an id are two answers. */
function toIds({ id }: SurveyProfile, answers: readonly Answer[]): Map<Answer, string> {
  const counts = new Map<string, number>()
  return new Map(
    answers.map((answer) => {
      const count = (counts.get(answer.key) ?? 0) + 1
      counts.set(answer.key, count)
      const hash = createHash('sha256').update(JSON.stringify([id, answer.key, count]))
      return [answer, hash.digest('hex').slice(0, 24)]
    }),
  )
}

function toResponse(
  row: Answer['responses'][number],
  { profile, id, group }: { profile: SurveyProfile; id: string; group: string },
): ResponseRow {
  const native_id = [profile.id, id, ...(row.path_id === null ? [] : [row.path_id])].join('/')
  return { native_id, wave_id: profile.id, group_id: group, ...row }
}

const LONGEST_NAME = 80

/**
 * A text that fewer than k people wrote may tell who they are; what is long or an address is no
 * name of a group. All such answers are told as one, with their number if that is at least k.
 */
function listUnmapped({ id, file, k }: SurveyProfile, answers: readonly Answer[]): SourceRecord[] {
  const counts = new Map<string, number>()
  for (const { unmapped } of answers) {
    if (unmapped !== null) counts.set(unmapped, (counts.get(unmapped) ?? 0) + 1)
  }
  const isName = (text: string) => withoutAddresses(text) === text && text.length <= LONGEST_NAME
  const texts = [...counts].flatMap(([text, count]) => (count >= k && isName(text) ? text : []))
  const rest = answers.filter(({ unmapped: text }) => text !== null && !texts.includes(text)).length
  if (rest >= k) texts.push(`answers of no known group: ${rest}`)
  return texts.map((answer) => {
    const value: SurveyFact = { kind: 'unmapped', row: { wave_id: id, answer } }
    return { position: file, value }
  })
}
