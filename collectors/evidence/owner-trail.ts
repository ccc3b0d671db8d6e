import { z } from 'zod'
import type { Component } from '#collectors/evidence/workflow.ts'

/** Who owns the component, and since when. */
export const Owner = z.object({ team: z.string().nullable(), from: z.string() })
export type Owner = z.output<typeof Owner>

export interface OwnerRow extends Owner {
  /** Null while it lasts. */
  readonly to: string | null
}

/** Follows a catalogue file: a new owner closes the interval of the former. */
export class OwnerTrail {
  component: Component | null
  owner: Owner | null

  constructor(component: Component | null, owner: Owner | null) {
    this.component = component
    this.owner = owner
  }

  /** What changes when the file says `component` from `at` on; null: it describes none. */
  follow(component: Component | null, at: Date): OwnerRow[] {
    this.component = component
    const former = this.owner
    if (component === null ? former === null : former?.team === component.owner) return []
    const from = at.toISOString()
    this.owner = component === null ? null : { team: component.owner, from }
    const closed = former === null ? [] : [{ ...former, to: from }]
    const opened = this.owner === null ? [] : [{ ...this.owner, to: null }]
    return [...closed, ...opened]
  }
}
