import { curveCatmullRom, line } from 'd3-shape'
import type { DesirePath } from '#app/desire-path/desire-path.ts'

/**
 * The drawing lies on a ground 1000 wide that is stretched to the page; heights are pixels. Each
 * station has a quarter of it. What narrows the paved way peels off below.
 */
export const WIDTH = 1000
const QUARTER = WIDTH / 4
const TOP = 10
/** As wide as all eligible teams, or all of the work. */
const FULL = 104
/** Where what leaves the way runs out. */
const VERGE = 150
/** So that the words of one do not lie on those of the next. */
const BETWEEN_WORDS = 24
/** Room for the words below what leaves. */
const WORDS = 66
const BETWEEN_TRACKS = 60
/** What is there is seen, however little. */
const LEAST = 2.5

export interface Band {
  readonly key: string
  readonly d: string
}

export interface Leaving extends Band {
  /** Where it runs out, of `WIDTH`. */
  readonly left: number
  /** Pixels from the top to its lower edge there. */
  readonly bottom: number
  /** Of that, below the verge. */
  readonly depth: number
}

export interface Way {
  readonly key: string
  readonly d: string
  readonly thickness: number
  /** Pixels from the top at which its words stand. */
  readonly top: number
}

export interface Drawing {
  readonly height: number
  /** The paved way as a whole, and the part of it that a mandate holds. */
  readonly paved: string
  readonly mandated: string | null
  readonly leavers: readonly Leaving[]
  readonly tracks: readonly Way[]
}

export function drawDesirePath(path: DesirePath): Drawing {
  const all = Math.max(1, path.stations[0]?.teams ?? 1)
  const heights = path.stations.map(({ teams }) => (FULL * teams) / all)
  const leavers = drawLeavers(path, heights, all)
  const firstTrack = VERGE + Math.max(0, ...leavers.map(({ depth }) => depth)) + WORDS
  const mandated = path.stations.map(({ mandated: teams }) => (FULL * (teams ?? 0)) / all)
  return {
    height: heightOf(path.tracks.length, firstTrack),
    paved: bandBetween(
      heights.map(() => TOP),
      heights.map((height) => TOP + height),
    ),
    mandated: mandated.some((height) => height > 0) ? mandatedBand(heights, mandated) : null,
    leavers,
    tracks: path.tracks.map(({ key, share }, index) =>
      drawTrack(key, share, firstTrack + index * BETWEEN_TRACKS, index),
    ),
  }
}

const heightOf = (tracks: number, first: number) =>
  tracks === 0 ? first - 20 : first + (tracks - 1) * BETWEEN_TRACKS + 44

/** The lower part of the way, from where teams adopt. */
function mandatedBand(heights: readonly number[], mandated: readonly number[]): string {
  const lower = heights.map((height) => TOP + height)
  const upper = lower.map((y, index) => y - (mandated[index] ?? 0))
  return bandBetween(upper, lower)
}

/** Between two edges, each given at the stations; it bends at the end of every quarter. */
function bandBetween(upper: readonly number[], lower: readonly number[]): string {
  return `M0,${at(upper[0])}${along(upper)}L${WIDTH},${at(lower.at(-1))}${back(lower)}Z`
}

function along(edge: readonly number[]): string {
  const bends = edge.slice(1).map((y, index) => {
    const x = (index + 1) * QUARTER
    return `H${x - BEND}C${x - BEND / 2},${at(edge[index])} ${x - BEND / 2},${at(y)} ${x},${at(y)}`
  })
  return `${bends.join('')}H${WIDTH}`
}

function back(edge: readonly number[]): string {
  const bends = edge
    .slice(1)
    .map((y, index) => ({ x: (index + 1) * QUARTER, y, before: edge[index] }))
    .toReversed()
    .map(
      ({ x, y, before }) =>
        `H${x}C${x - BEND / 2},${at(y)} ${x - BEND / 2},${at(before)} ${x - BEND},${at(before)}`,
    )
  return `${bends.join('')}H0`
}

const BEND = 110
const at = (value: number | undefined) => (value ?? 0).toFixed(1)

/** Teams that peel off below the way; of two at one station the second lies further down. */
function drawLeavers(
  { leavers }: DesirePath,
  heights: readonly number[],
  all: number,
): Drawing['leavers'] {
  return leavers.map(({ key, station, teams }, index) => {
    const before = leavers.slice(0, index).filter((other) => other.station === station)
    const above = before.reduce((sum, other) => sum + (FULL * other.teams) / all, 0)
    const thickness = Math.max(LEAST, (FULL * teams) / all)
    const y = TOP + (heights[station + 1] ?? 0) + above
    const x = station * QUARTER + QUARTER - BEND - 20
    const sunk = VERGE + above + before.length * BETWEEN_WORDS
    const end = x + BEND + 40
    const d = `M${x},${at(y)}C${x + 60},${at(y)} ${x + 40},${at(sunk)} ${end},${at(sunk)}v${at(thickness)}C${x + 30},${at(sunk + thickness)} ${x + 50},${at(y + thickness)} ${x},${at(y + thickness)}Z`
    return { key, d, left: end, bottom: sunk + thickness, depth: sunk + thickness - VERGE }
  })
}

/** A track starts below the way and wanders off along its own line. */
function drawTrack(key: string, share: number, y: number, index: number): Way {
  const thickness = Math.max(LEAST, Math.min(1, share) * FULL * 0.6)
  const points = Array.from({ length: 15 }, (_, step): [number, number] => {
    const x = 60 + step * ((WIDTH - 60) / 14)
    return [x, y + wander(step, index)]
  })
  const start: [number, number][] = [
    [0, TOP + FULL / 2 + 8 * index],
    [22, TOP + FULL * 0.75 + 24 * index],
  ]
  const d = line().curve(curveCatmullRom.alpha(0.5))([...start, ...points]) ?? ''
  return { key, d, thickness, top: y }
}

/** The same for every reader, so that a picture can be recognised. */
const wander = (step: number, index: number) =>
  5 * Math.sin(step * 0.9 + index * 2.1) + 3 * Math.sin(step * 2.3 + index)
