import {
  beginningOf,
  chance,
  PATHS,
  type Story,
  spreadOver,
  teamsInOrder,
} from '#bin/demo/adoption-plan.ts'
import { minutesAfter, workMoment } from '#bin/demo/calendar.ts'
import { STREAM } from '#bin/demo/organisation.ts'
import { between, countOf, pick, type Random, wholeBetween } from '#bin/demo/random.ts'
import { type Cell, writeTable } from '#bin/demo/tables.ts'

type Row = Record<string, Cell>

interface Request {
  readonly id: string
  readonly team: string
  readonly at: Date
  readonly target: string
  readonly until: Date
}

interface Fulfilment {
  readonly request: Row
  readonly steps: Row[]
}

/** They still write tickets. */
const BY_TICKET = ['finance-ledger', 'signal-feeds', 'depot-systems', 'procurement']
const DAY_MINUTES = 24 * 60

/** Requests for an environment: by ticket, and since it exists by the self-service path. Returns their rows. */
export async function writeEnvironments(story: Story, folder: string): Promise<readonly Row[]> {
  const all = toFulfilments(story)
  const requests = all.map(({ request }) => request)
  const steps = all.flatMap((one) => one.steps)
  await writeTable(folder, 'environments/provisioning_requests.csv', REQUEST_COLUMNS, requests)
  await writeTable(folder, 'environments/steps.csv', STEP_COLUMNS, steps)
  return requests
}

const REQUEST_COLUMNS = [
  'id',
  'team_id',
  'path_id',
  'workload_class',
  'target_key',
  'requested_at',
  'first_human_step_at',
  'usable_at',
  'ended_at',
  'result',
  'cause_code',
]
const STEP_COLUMNS = ['id', 'request_id', 'kind', 'started_at', 'ended_at', 'actor_group']

function toFulfilments(story: Story): Fulfilment[] {
  const order = teamsInOrder(story, PATHS.environments, BY_TICKET)
  const adopts = spreadOver(order, { middle: 56, spread: 8, earliest: 79, latest: 12 })
  return STREAM.flatMap((team) => {
    const random = chance(story, `environments ${team.id}`)
    const pace = between(random, 0.8, 1.8)
    const rows: Fulfilment[] = []
    for (let week = beginningOf(team); week >= 1; week--) {
      for (let count = countOf(random, pace); count > 0; count--) {
        const at = workMoment(story.calendar, random, week)
        const id = `${team.id}-${rows.length + 1}`
        const target = `${pick(random, team.services).id}/${pick(random, PURPOSES)}-${week}-${count}`
        const request = { id, team: team.id, at, target, until: story.calendar.until }
        const onPath = random() < shareOnPath(week, adopts.get(team.id))
        rows.push(onPath ? byPath(random, request) : byTicket(random, request))
      }
    }
    return rows
  })
}

const PURPOSES = ['review', 'load-test', 'demo', 'migration', 'training']

/** A few requests still go by ticket; before a team adopts, a curious one goes by the path. */
function shareOnPath(week: number, adopts: number | undefined): number {
  if (week > PATHS.environments.available || adopts === undefined) return 0
  if (week <= adopts) return 0.96
  return week <= adopts + 6 ? 0.15 : 0
}

/** Minutes, without a person. */
function byPath(random: Random, { id, team, at, target, until }: Request): Fulfilment {
  const failed = random() < 0.03
  const ended = minutesAfter(at, between(random, 8, 25))
  const request = {
    id,
    team_id: team,
    path_id: PATHS.environments.id,
    target_key: target,
    requested_at: at.toISOString(),
    usable_at: failed ? null : ended.toISOString(),
    ended_at: ended.toISOString(),
    result: failed ? 'failed' : 'usable',
    cause_code: failed ? pick(random, ['platform:quota', 'dependency:image_pull']) : null,
  }
  return { request, steps: toSteps(id, [['auto', at, ended, null]], until) }
}

/** About three days: two queues, and some work in between. */
function byTicket(random: Random, { id, team, at, target, until }: Request): Fulfilment {
  const taken = minutesAfter(at, between(random, 0.4, 1.6) * DAY_MINUTES)
  const worked = minutesAfter(taken, wholeBetween(random, 60, 240))
  const ended = minutesAfter(worked, between(random, 0.9, 3) * DAY_MINUTES)
  const refused = random() < 0.03
  const open = ended >= until
  const usable = !open && !refused
  const request = {
    id,
    team_id: team,
    target_key: target,
    requested_at: at.toISOString(),
    first_human_step_at: taken < until ? taken.toISOString() : null,
    usable_at: usable ? ended.toISOString() : null,
    ended_at: open ? null : ended.toISOString(),
    result: open ? 'open' : refused ? 'rejected' : 'usable',
    cause_code: !open && refused ? 'policy:no_budget' : null,
  }
  const steps = [
    ['human_wait', at, taken, 'infra'],
    ['human_work', taken, worked, 'infra'],
    ['human_wait', worked, ended, 'security'],
  ] as const
  return { request, steps: toSteps(id, steps, until) }
}

type Step = readonly [kind: string, from: Date, to: Date, actor: string | null]

const toSteps = (requestId: string, steps: readonly Step[], until: Date): Row[] =>
  steps
    .filter(([, from]) => from < until)
    .map(([kind, from, to, actor], index) => ({
      id: `${requestId}-${index + 1}`,
      request_id: requestId,
      kind,
      started_at: from.toISOString(),
      ended_at: to < until ? to.toISOString() : null,
      actor_group: actor,
    }))
