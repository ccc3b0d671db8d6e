import { SourceError } from '#lib/errors.ts'

/** A page of a list that is sorted by a time, oldest first. */
export interface SortedPage<Place> {
  readonly items: readonly unknown[]
  /** Where the list goes on; null at its last page. */
  readonly next: Place | null
}

interface Walked {
  readonly sourceId: string
  /** Who answers, in words. */
  readonly name: string
  readonly from: Date
  /** The time that the list is sorted by, as exact as it can be asked for; null when an item does not tell. */
  readonly timeOf: (item: unknown) => Date | null
  /** The same for two copies of the same version of an item. */
  readonly versionOf: (item: unknown) => string
}

/** Pages in a row with nothing but what the same question gave already are a list without an end. */
const MOST_IDLE_PAGES = 20

/**
 * Where a walk through a sorted list asks next. Each page is asked for anew from the last time of the
 * one before, so that what moves meanwhile is still to come; only where more than a page has the same
 * time, the list goes on with its own pages.
 */
export class KeysetWalk<Place> {
  floor: Date
  place: Place | null = null
  isOver = false
  readonly #walked: Walked
  readonly #seen = new Set<string>()
  /** What was given since the list was asked anew. */
  readonly #given = new Set<string>()
  readonly #places = new Set<Place>()
  #idle = 0

  constructor(walked: Walked) {
    this.#walked = walked
    this.floor = walked.from
  }

  /** Returns what was not seen yet. */
  take({ items, next }: SortedPage<Place>): unknown[] {
    const { versionOf, timeOf } = this.#walked
    const versions = items.map(versionOf)
    const fresh = items.filter((item) => !this.#seen.has(versionOf(item)))
    this.#idle = versions.every((version) => this.#given.has(version)) ? this.#idle + 1 : 0
    for (const version of versions) this.#seen.add(version)
    for (const version of versions) this.#given.add(version)
    const times = items.flatMap((item) => timeOf(item)?.getTime() ?? [])
    const last = new Date(Math.max(...times, this.floor.getTime()))
    if (next === null) this.isOver = true
    else if (last > this.floor) this.rise(last)
    else this.#turn(next)
    return fresh
  }

  /** Goes on from a later time. */
  rise(floor: Date): void {
    this.floor = floor
    this.place = null
    this.isOver = false
    this.#given.clear()
    this.#places.clear()
  }

  #turn(place: Place): void {
    const { sourceId, name } = this.#walked
    if (this.#places.has(place) || this.#idle > MOST_IDLE_PAGES) {
      throw new SourceError(sourceId, `${name} gives pages without an end`)
    }
    this.#places.add(place)
    this.place = place
  }
}
