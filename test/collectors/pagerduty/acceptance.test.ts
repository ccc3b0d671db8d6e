import {
  acceptance,
  type CollectOptions,
  RUN_AT,
  RUNS_APART,
  type Upstream,
} from '#test/collectors/acceptance.ts'
import { collectPagerDuty } from '#test/support/pagerduty/collect.ts'
import { aPagerDuty } from '#test/support/pagerduty/server.ts'
import {
  acknowledge,
  anIncident,
  aPagerDutyWorld,
  escalate,
  note,
  type PagerDutyWorld,
  resolve,
} from '#test/support/pagerduty/world.ts'

// A skip says why the test does not apply to this collector, and where its matter is tested.
acceptance({
  name: 'pagerduty',
  start: startUpstream,
  skips: {
    'T-C19': 'belongs to the HTTP client that all sources share: test/lib/outbound.test.ts',
    'T-C20': 'belongs to the lease that every run holds: test/db/leases.test.ts',
    'T-C21': RUNS_APART,
    'T-C22': 'belongs to the pages, which read published measurements only: test/e2e/data.spec.ts',
  },
})

const DAY = 24 * 60

/** Several windows; a storm of 110, or of a few, within one second; some open for long, some not settled. */
function aBusyWorld(few: boolean): PagerDutyWorld {
  const at = (minutes: number) => new Date(Date.UTC(2025, 11, 1) + minutes * 60_000).toISOString()
  const quiet = Array.from({ length: few ? 10 : 30 }, (_, index) => {
    const incident = anIncident(index + 1, at(index * 6 * DAY), {
      service: index % 2 === 0 ? 'PSHOP' : 'PBASKET',
    })
    if (index % 5 !== 0) {
      acknowledge(incident, at(index * 6 * DAY + 5))
      if (index % 3 === 0) note(incident, `deployment: d-${index}`, at(index * 6 * DAY + 8))
      resolve(incident, at(index * 6 * DAY + 30))
    }
    return incident
  })
  const storm = Array.from({ length: few ? 3 : 110 }, (_, index) => {
    const incident = anIncident(100 + index, at(150 * DAY + 7), { urgency: 'low' })
    resolve(incident, at(150 * DAY + 9))
    return incident
  })
  return aPagerDutyWorld({ incidents: [...quiet, ...storm] })
}

async function startUpstream({ few } = { few: false }): Promise<Upstream> {
  const world = aBusyWorld(few)
  const pagerDuty = await aPagerDuty(world)
  let clock: Date | null = null
  const evolution = new Evolution(world)
  return {
    collect: (db, { now = RUN_AT, signal, guard }: CollectOptions = {}) => {
      pagerDuty.clock = () => clock ?? now
      return collectPagerDuty(db, pagerDuty, {
        now,
        services: { PBASKET: 'basket' },
        limits: { totalMs: 500 },
        ...(signal && { context: { signal } }),
        ...(guard && { guard }),
      })
    },
    tables: ['incidents'],
    evolve: (choice) => evolution.step(choice),
    remove: (choice) =>
      void world.incidents.splice(choice % Math.max(1, world.incidents.length), 1),
    rename: () => {
      world.services['PSHOP'] = 'Store'
      for (const incident of world.incidents) incident.title = 'The store is slow'
    },
    write: (text) => {
      world.incidents.push(anIncident(700, '2026-05-20T00:00:00Z', { priority: text, title: text }))
    },
    network: {
      faults: pagerDuty.faults,
      requests: () => pagerDuty.counts.requests,
      setClock: (now) => {
        clock = now
      },
      limits: {
        seconds: { status: 429, headers: { 'retry-after': '0' } },
        date: { status: 429, headers: { 'retry-after': new Date(0).toUTCString() } },
        withoutHeaders: { status: 429, body: { error: { code: 2020, message: 'Too Many' } } },
      },
      longLimit: { status: 429, headers: { 'retry-after': '3600' } },
      records: findRecords,
      endless,
      addLate: (minutes) => evolution.addLate(minutes),
    },
  }
}

/** Changes to a world, each of them in another minute, after everything that it began with. */
class Evolution {
  readonly #world: PagerDutyWorld
  #minute = 0

  constructor(world: PagerDutyWorld) {
    this.#world = world
  }

  /** A note that changes nothing else is read a day later: see collector.test.ts. */
  step(choice: number): void {
    const at = this.#tick()
    const { incidents } = this.#world
    const open = incidents.filter(({ status }) => status !== 'resolved')
    const incident = open[Math.floor(choice / 10) % Math.max(1, open.length)]
    if (choice % 4 === 0 || incident === undefined) {
      incidents.push(anIncident(1000 + incidents.length, at))
    } else if (choice % 4 === 1) acknowledge(incident, at)
    else if (choice % 4 === 2) escalate(incident, at)
    else {
      note(incident, `deployment: d-${choice}`, at)
      resolve(incident, at)
    }
  }

  addLate(minutes: number): void {
    const newest = this.#world.incidents.map(({ createdAt }) => Date.parse(createdAt))
    const at = new Date(Math.max(...newest) - minutes * 60_000).toISOString()
    this.#world.incidents.push(anIncident(900, at))
  }

  #tick(): string {
    this.#minute += 1
    return new Date(Date.UTC(2026, 4, 28) + this.#minute * 60_000).toISOString()
  }
}

interface PagerDutyAnswer {
  readonly incidents?: Record<string, unknown>[]
  readonly log_entries?: Record<string, unknown>[]
}

function findRecords(answer: unknown): Record<string, unknown>[] {
  const { incidents, log_entries: entries } = answer as PagerDutyAnswer // As the local server answers.
  return incidents ?? entries ?? []
}

/** Every list has more, and always the same. */
function endless(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('more' in answer)) return answer
  return { ...answer, more: true, offset: 0 }
}
