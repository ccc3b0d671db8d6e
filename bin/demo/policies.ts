import { chance, PATHS, type Story } from '#bin/demo/adoption-plan.ts'
import { minutesAfter, weeksAgo } from '#bin/demo/calendar.ts'
import { between, type Random } from '#bin/demo/random.ts'
import { type Cell, writeTable } from '#bin/demo/tables.ts'

type Row = Readonly<Record<string, Cell>>

/** The outcome mandate of the deploy path is in force since then; nothing was asked before. */
const ASKED_WEEKS = 40

const SIGNED = 'signed-builds'
const COST_CENTRE = 'cost-centre'

/** What the organisation asks of deployments and environments, and the evidence that there is. */
export async function writePolicies(
  story: Story,
  folder: string,
  { deployments, requests }: { deployments: readonly Row[]; requests: readonly Row[] },
): Promise<void> {
  const since = weeksAgo(story.calendar, ASKED_WEEKS).toISOString()
  const isAsked = (at: Cell) => typeof at === 'string' && at >= since
  await writeTable(folder, 'policies/policy_requirements.csv', REQUIREMENT_COLUMNS, [
    { id: SIGNED, name: 'Signed builds', path_id: PATHS.deploy.id, required_from: since },
    { id: COST_CENTRE, name: 'Cost centre', path_id: PATHS.environments.id, required_from: since },
  ])
  const signing = chance(story, 'signed builds')
  const booking = chance(story, 'cost centres')
  const evidence = [
    ...deployments
      .filter((row) => row['environment_tier'] === 'production' && isAsked(row['finished_at']))
      .map((row) => ({ ...subjectOf('deployment', row), ...toSignature(signing, row) })),
    ...requests
      .filter((row) => isAsked(row['usable_at']))
      .map((row) => ({ ...subjectOf('request', row), ...toBooking(booking, row) })),
  ].filter(
    (row) => row.produced_at !== null && row.produced_at < story.calendar.until.toISOString(),
  )
  await writeTable(folder, 'policies/policy_evidence.csv', EVIDENCE_COLUMNS, evidence)
}

const REQUIREMENT_COLUMNS = ['id', 'name', 'path_id', 'required_from']
const EVIDENCE_COLUMNS = [
  'id',
  'subject_type',
  'subject_id',
  'requirement_id',
  'result',
  'produced_at',
  'collector_kind',
]

const subjectOf = (subject_type: string, row: Row) => ({
  id: `${subject_type}-${row['id']}`,
  subject_type,
  subject_id: row['id'] ?? null,
})

/** The path signs what it builds; elsewhere somebody uploads a signature, mostly, and some a day too late. */
function toSignature(random: Random, row: Row) {
  const isByPath = row['path_id'] === PATHS.deploy.id
  const [draw, minutes] = [random(), between(random, -20, 2000)]
  const isThere = draw < (isByPath ? 0.995 : 0.8)
  const at = minutesAfter(new Date(String(row['finished_at'])), isByPath ? -5 : minutes)
  return toProof(SIGNED, isThere ? at : null, isByPath)
}

/** The path asks for it in its form; a ticket may come without. */
function toBooking(random: Random, row: Row) {
  const isByPath = row['path_id'] === PATHS.environments.id
  const isThere = random() < (isByPath ? 1 : 0.85)
  return toProof(COST_CENTRE, isThere ? new Date(String(row['requested_at'])) : null, isByPath)
}

const toProof = (requirement_id: string, at: Date | null, isByPath: boolean) => ({
  requirement_id,
  result: 'pass',
  produced_at: at?.toISOString() ?? null,
  collector_kind: isByPath ? 'automated' : 'manual',
})
