import { z } from 'zod'
import type { Component, Description } from '#collectors/evidence/catalogue.ts'

/** Who owns the component, since when, and the file that says so. */
export const Owner = z.object({
  team: z.string().nullable(),
  from: z.string(),
  decidedBy: z.string(),
})
export type Owner = z.output<typeof Owner>

export interface OwnerRow extends Owner {
  /** Null while it lasts. */
  readonly to: string | null
}

/** Follows the catalogue files: a new owner closes the interval of the former. */
export class OwnerTrail {
  component: Component | null
  owner: Owner | null

  constructor(component: Component | null, owner: Owner | null) {
    this.component = component
    this.owner = owner
  }

  /** What changes when the files say `described` from `at` on; null: they describe none. */
  follow(described: Description | null, at: Date): OwnerRow[] {
    this.component = described?.component ?? null
    const former = this.owner
    const from = at.toISOString()
    const owner = toOwner(described, from)
    if (owner?.team === former?.team && owner?.decidedBy === former?.decidedBy) return []
    this.owner = owner
    const closed = former === null ? [] : [{ ...former, to: from }]
    const opened = owner === null ? [] : [{ ...owner, to: null }]
    return [...closed, ...opened]
  }
}

/** Several teams decide nothing: then nobody knows. */
function toOwner(described: Description | null, from: string): Owner | null {
  if (described === null || described.component.owners.length > 1) return null
  return { team: described.component.owners[0] ?? null, from, decidedBy: described.file }
}
