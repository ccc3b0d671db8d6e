import type { Snapshot } from '#scorecards/diagnosis/snapshot.ts'

export type Operator = '<' | '<=' | '>' | '>=' | '=='

/** One thing that must hold of a snapshot. */
export interface Condition {
  readonly metric: string
  readonly op: Operator
  readonly value: number | true | Threshold
}

/** Another key of the snapshot, times `times`. */
export interface Threshold {
  readonly metric: string
  readonly times: number
}

export type Judgement = 'true' | 'false' | 'unknown'

/** Whether it holds; unknown where a key is, and where what it has cannot be compared so. */
export function judge({ metric, op, value }: Condition, snapshot: Snapshot): Judgement {
  const left = known(snapshot, metric)
  const right = thresholdOf(value, snapshot)
  if (left === null || typeof left !== typeof right) return 'unknown'
  return COMPARISONS[op](Number(left), Number(right)) ? 'true' : 'false'
}

const COMPARISONS: Readonly<Record<Operator, (left: number, right: number) => boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '==': (left, right) => left === right,
}

function thresholdOf(value: Condition['value'], snapshot: Snapshot): number | true | null {
  if (typeof value !== 'object') return value
  const other = known(snapshot, value.metric)
  return typeof other === 'number' ? other * value.times : null
}

function known(snapshot: Snapshot, key: string): number | boolean | null {
  const value = Object.hasOwn(snapshot, key) ? (snapshot[key] ?? null) : null
  return Number.isNaN(value) ? null : value
}

/** `ADO-02 >= 0.6`: how a condition is shown, and recognised when the thresholds change. */
export function textOf({ metric, op, value }: Condition): string {
  if (typeof value !== 'object') return `${metric} ${op} ${value}`
  return `${metric} ${op} ${value.times} × ${value.metric}`
}
