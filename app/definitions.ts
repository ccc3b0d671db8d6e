import { definitions } from '#scorecards/catalogue.ts'
import type { MetricDefinition } from '#scorecards/result.ts'

const byId = new Map(definitions.map((definition) => [definition.id, definition]))

export function findDefinition(metricId: string): MetricDefinition | undefined {
  return byId.get(metricId)
}

/** For ids that the code itself names. */
export function definitionOf(metricId: string): MetricDefinition {
  const definition = byId.get(metricId)
  if (definition === undefined) throw new Error(`${metricId}: no such metric in the catalogue`)
  return definition
}

/** A metric's name, or its id where it is not computed yet. */
export function metricName(metricId: string): string {
  return byId.get(metricId)?.name ?? metricId
}
