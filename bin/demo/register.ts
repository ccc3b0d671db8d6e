import { chance, PATHS, type Story } from '#bin/demo/adoption-plan.ts'
import { dayAgo, minutesAfter, weeksAgo, workMoment } from '#bin/demo/calendar.ts'
import { STREAM } from '#bin/demo/organisation.ts'
import { between, countOf, pick } from '#bin/demo/random.ts'
import { type Cell, writeTable } from '#bin/demo/tables.ts'

type Row = Record<string, Cell>

/** One line of the exception register; times in weeks before the end, negative ones lie ahead. */
interface Entry {
  readonly team: string
  readonly path: string
  readonly gap: string
  readonly requested: number
  /** Null: it has none. Left out: a year after the decision. */
  readonly expires?: number | null
  readonly renewals?: number
  readonly services?: readonly string[]
  readonly decision?: 'approved' | 'rejected' | 'withdrawn' | null
  readonly explanation?: string
  readonly closed?: number
  readonly control?: string | null
}

const RUNTIME = PATHS.runtime.id
const GAP = 'stateful-workloads'

/** One gap of one path fills the register; the rest is what every register holds. */
const REGISTER: readonly Entry[] = [
  { team: 'payments', path: RUNTIME, gap: GAP, requested: 74, expires: -4, renewals: 2 },
  { team: 'finance-ledger', path: RUNTIME, gap: GAP, requested: 61, expires: 9, renewals: 1 },
  { team: 'identity', path: RUNTIME, gap: GAP, requested: 52, expires: null },
  { team: 'document-store', path: RUNTIME, gap: GAP, requested: 33, expires: 6 },
  { team: 'data-warehouse', path: RUNTIME, gap: GAP, requested: 22, expires: -20 },
  { team: 'signal-feeds', path: RUNTIME, gap: GAP, requested: 14, expires: -12, renewals: 1 },
  { team: 'reporting', path: RUNTIME, gap: GAP, requested: 7, expires: -30, control: null },
  {
    team: 'geo-services',
    path: RUNTIME,
    gap: GAP,
    requested: 17,
    services: ['map-import'],
    expires: -10,
  },
  {
    team: 'crew-rostering',
    path: RUNTIME,
    gap: 'licensed-software',
    requested: 29,
    services: ['roster-solver'],
    expires: -15,
  },
  { team: 'station-displays', path: RUNTIME, gap: GAP, requested: 10, decision: 'rejected' },
  {
    team: 'energy-metering',
    path: PATHS.deploy.id,
    gap: 'field-devices',
    requested: 26,
    decision: 'rejected',
    explanation: 'The path deploys to field devices since version 3',
  },
  { team: 'invoicing', path: RUNTIME, gap: GAP, requested: 2, decision: null },
  {
    team: 'passenger-counting',
    path: RUNTIME,
    gap: 'gpu-jobs',
    requested: 68,
    expires: 20,
    closed: 31,
  },
  {
    team: 'live-departures',
    path: PATHS.kit.id,
    gap: 'embedded-displays',
    requested: 11,
    decision: 'withdrawn',
  },
]

export async function writeRegister(story: Story, folder: string): Promise<void> {
  const rows = REGISTER.map((entry, index) => toException(story, entry, index))
  await writeTable(folder, 'register/exceptions.csv', EXCEPTION_COLUMNS, rows)
}

const EXCEPTION_COLUMNS = [
  'id',
  'team_id',
  'path_id',
  'scope',
  'service_ids',
  'gap_code',
  'reason',
  'risk_class',
  'requested_at',
  'decided_at',
  'decision',
  'explanation',
  'alternative',
  'compensating_control',
  'owner',
  'expires_on',
  'renewals',
  'closed_at',
  'close_reason',
]

function toException(story: Story, entry: Entry, index: number): Row {
  const { decision = 'approved', services, explanation } = entry
  const at = (weeks: number) => weeksAgo(story.calendar, weeks).toISOString()
  const approved = decision === 'approved'
  return {
    id: `EX-${101 + index}`,
    team_id: entry.team,
    path_id: entry.path,
    scope: services ? 'partial' : 'full',
    service_ids: JSON.stringify(services ?? []),
    gap_code: entry.gap,
    reason: `Needs ${entry.gap.replaceAll('-', ' ')}`,
    risk_class: approved ? 'medium' : null,
    requested_at: at(entry.requested),
    decided_at: decision === null ? null : at(Math.max(0.1, entry.requested - 1.5)),
    decision,
    explanation: explanation ?? null,
    alternative: explanation ? 'Agent mode of the deploy path' : null,
    ...(approved ? toApproval(story, entry) : { renewals: 0 }),
  }
}

function toApproval(story: Story, entry: Entry): Row {
  const { requested, expires = requested - 53, renewals = 0, closed } = entry
  return {
    compensating_control: entry.control === null ? null : 'Weekly restore test',
    owner: entry.team,
    expires_on: expires === null ? null : dayAgo(story.calendar, expires),
    renewals,
    closed_at: closed === undefined ? null : weeksAgo(story.calendar, closed).toISOString(),
    close_reason: closed === undefined ? null : 'path_extended',
  }
}

/** What teams ask the platform's helpdesk. */
export async function writeTickets(story: Story, folder: string): Promise<void> {
  const random = chance(story, 'tickets')
  const working = chance(story, 'work on tickets')
  const burning = chance(story, 'severity of tickets')
  const rows: Row[] = []
  for (let week = 104; week >= 1; week--) {
    for (let count = countOf(random, 5); count > 0; count--) {
      const opened = workMoment(story.calendar, random, week)
      const answered = minutesAfter(opened, between(random, 5, 400))
      const resolved = minutesAfter(answered, between(random, 10, 4000))
      const done = resolved < story.calendar.until
      rows.push({
        id: `HD-${rows.length + 1}`,
        team_id: pick(random, STREAM).id,
        path_id: pick(random, Object.values(PATHS)).id,
        type: pick(random, ['how_to', 'how_to', 'bug', 'access']),
        severity: pick(burning, ['sev3', 'sev4', 'sev4', null]),
        status_category: done ? 'done' : 'open',
        opened_at: opened.toISOString(),
        first_response_at: answered < story.calendar.until ? answered.toISOString() : null,
        resolved_at: done ? resolved.toISOString() : null,
        channel: pick(random, ['chat', 'form']),
        bot: 0,
        opened_by_group: 'requester',
        executed_by: pick(working, ['requester', 'requester', 'platform']),
      })
    }
  }
  // One line that no reader can use: it shows what happens to it.
  rows.push({ id: `HD-${rows.length + 1}`, type: 'how_to', opened_at: 'last tuesday', bot: 0 })
  await writeTable(folder, 'helpdesk/tickets.csv', TICKET_COLUMNS, rows)
}

const TICKET_COLUMNS = [
  'id',
  'team_id',
  'path_id',
  'type',
  'severity',
  'status_category',
  'opened_at',
  'first_response_at',
  'resolved_at',
  'channel',
  'bot',
  'opened_by_group',
  'executed_by',
]
