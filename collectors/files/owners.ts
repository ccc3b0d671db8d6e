import type { TextRecord } from '#collectors/files/records.ts'
import { type ReadLine, RefusedLine } from '#collectors/files/row.ts'

interface Owned {
  readonly line: number
  readonly from: string
  /** Null while it lasts. */
  readonly to: string | null
}

/** Refuses each line that gives a service an owner for a time that an earlier line speaks of. */
export function refuseOverlaps(
  file: string,
  records: readonly TextRecord[],
  lines: readonly ReadLine[],
): ReadLine[] {
  const byService = new Map<unknown, Owned[]>()
  return lines.map((row, index) => {
    if (row instanceof RefusedLine) return row
    const line = records[index]?.line ?? 0
    const owned = { line, from: String(row['owned_from']), to: row['owned_to'] as string | null }
    const earlier = byService.get(row['service_id']) ?? []
    const other = earlier.find((one) => overlap(one, owned))
    if (other) return new RefusedLine(row, [toFault(file, other)])
    byService.set(row['service_id'], [...earlier, owned])
    return row
  })
}

const overlap = (a: Owned, b: Owned) =>
  (a.to === null || b.from < a.to) && (b.to === null || a.from < b.to)

const toFault = (file: string, { line, from, to }: Owned) => ({
  column: 'owned_from',
  fault: `overlaps ${file}:${line}, which says from ${from} ${to === null ? 'on' : `to ${to}`}`,
})
