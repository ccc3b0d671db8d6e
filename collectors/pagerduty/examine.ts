import { z } from 'zod'
import type { CollectorContext, Examination } from '#collectors/collector.ts'
import type { ToldIncident } from '#collectors/incidents.ts'
import { openPagerDuty } from '#collectors/pagerduty/client.ts'
import type { PagerDutyCollectorOptions } from '#collectors/pagerduty/collector.ts'
import { incidentRecord, reduceIncident } from '#collectors/pagerduty/incidents.ts'

const DAY_MS = 24 * 60 * 60_000
const MOST_DAYS = 30
const MOST_NAMES = 5

const Identified = z.looseObject({ id: z.string() })

/**
 * Reads the incidents of the last month, and the log of one of them; stores nothing.
 *
 * @throws {SourceError} when they cannot be listed
 */
export async function* examinePagerDuty(
  options: PagerDutyCollectorOptions,
  context: CollectorContext,
): AsyncGenerator<Examination> {
  const client = openPagerDuty(options, context)
  try {
    const now = context.now().getTime()
    const lookBackMs = Math.min(MOST_DAYS * DAY_MS, options.lookBackMs)
    const period = { since: new Date(now - lookBackMs), until: new Date(now + DAY_MS) }
    const { items, next } = await client.listIncidents(period, null)
    const told = items.flatMap((incident) => {
      // What is open can be read without its log.
      const open = { ...z.looseObject({}).catch({}).parse(incident), status: 'triggered' }
      const reduced = reduceIncident({ incident: open, entries: [], notes: [] }, options)
      return incidentRecord.safeParse(reduced).data ?? []
    })
    const says = [
      `${items.length}${next === null ? '' : ' and more'} in ${lookBackMs / DAY_MS} days`,
      `${items.length - told.length} unreadable`,
      `${told.filter(({ ignored }) => ignored).length} ignored by a rule or merged`,
      describeServices(told, options),
    ].join(', ')
    yield { what: 'incidents', fills: ['incidents'], says, problem: null }
    const [first] = items.flatMap((incident) => Identified.safeParse(incident).data ?? [])
    if (first === undefined) return
    const entries = await client.listLogEntries(first.id)
    yield {
      what: 'log of an incident',
      fills: [],
      says: `${entries.length} entries`,
      problem: null,
    }
  } finally {
    await client.close()
  }
}

function describeServices(
  told: readonly ToldIncident[],
  { services }: PagerDutyCollectorOptions,
): string {
  const ours = new Set(Object.values(services))
  const names = new Set(told.flatMap(({ service }) => service ?? []))
  const unmapped = [...names].filter((name) => !ours.has(name)).toSorted()
  if (unmapped.length === 0) return 'every service is mapped'
  const more = unmapped.length > MOST_NAMES ? ' …' : ''
  return `looked up by name: ${unmapped.slice(0, MOST_NAMES).join('; ')}${more}`
}
