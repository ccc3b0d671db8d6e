import { definitions } from '#scorecards/catalogue.ts'
import type { Area, MetricDefinition } from '#scorecards/result.ts'

export interface AreaOfMetrics {
  readonly area: Area
  readonly name: string
  /** What a reader wants to know of it. */
  readonly question: string
  /** What must be connected before anything can be measured. */
  readonly needs: string
}

/** In the order of every page. */
export const AREAS: readonly AreaOfMetrics[] = [
  {
    area: 'adoption',
    name: 'Adoption',
    question: 'Who walks the paths, and by choice?',
    needs: 'repositories and a catalogue of services',
  },
  {
    area: 'speed',
    name: 'Speed',
    question: 'How long does it take?',
    needs: 'deployments, changes or environment requests',
  },
  {
    area: 'reliability',
    name: 'Reliability',
    question: 'Does it hold?',
    needs: 'deployments and incidents',
  },
  {
    area: 'support load',
    name: 'Support load',
    question: 'How much help does it take?',
    needs: 'tickets',
  },
  {
    area: 'satisfaction',
    name: 'Satisfaction',
    question: 'What do its users say?',
    needs: 'a closed survey wave',
  },
  {
    area: 'governance',
    name: 'Governance',
    question: 'Is it kept, and are ways around it agreed?',
    needs: 'exceptions and policy evidence',
  },
]

/** The metric that stands for an area. */
export function headlineOf(area: Area): MetricDefinition {
  const found = definitions.find((one) => one.area === area && one.isHeadline)
  if (found === undefined) throw new Error(`${area}: no metric stands for it`)
  return found
}

/** The metrics of an area, those that stand for it first. */
export function metricsOf(area: Area): MetricDefinition[] {
  const own = definitions.filter((definition) => definition.area === area)
  return own.toSorted((a, b) => Number(b.isHeadline ?? false) - Number(a.isHeadline ?? false))
}
