import type { PeriodOutcome } from '#scorecards/impact/outcome-series.ts'
import { type Study, type StudyOptions, toStudy } from '#scorecards/impact/study.ts'
import type { TeamHistory, TeamPanel } from '#scorecards/impact/team-panel.ts'

/** A team of the panel with its place in the study. */
export interface SampledTeam extends TeamHistory {
  /** The period in which it adopted; 0: not within the panel. */
  readonly adoptedIn: number
  readonly outcomes: readonly PeriodOutcome[]
}

/** Who stands against whom. */
export interface Sample {
  /** Null when only teams that never adopt may be compared with and there are none. */
  readonly study: Study | null
  /** In cohorts that have an effect. */
  readonly adopters: readonly SampledTeam[]
  /** Cohorts of those. */
  readonly cohorts: number
  /** Teams that do not adopt within the panel. */
  readonly others: readonly SampledTeam[]
  /** Adopters for which no period could be compared. */
  readonly idle: readonly SampledTeam[]
}

export function toSample(
  { panel, outcomes }: TeamPanel,
  teams: readonly TeamHistory[],
  options: StudyOptions,
): Sample {
  const study = toStudy(panel, options)
  const byName = new Map(teams.map((team) => [team.team, team]))
  const sampled = panel.units.flatMap((unit, place): SampledTeam[] => {
    const team = byName.get(unit)
    const adoptedIn = study === null ? panel.firsts[place] : cohortAt(study, place)
    if (team === undefined || adoptedIn === undefined) return []
    return [{ ...team, adoptedIn, outcomes: outcomes.get(unit) ?? [] }]
  })
  const withEffect = new Set(study?.plans.flatMap(({ g, isPost }) => (isPost ? [g] : [])))
  const adopting = sampled.filter(({ adoptedIn }) => adoptedIn !== 0)
  const isUsed = ({ adoptedIn }: SampledTeam) => study === null || withEffect.has(adoptedIn)
  return {
    study,
    adopters: adopting.filter(isUsed),
    cohorts: withEffect.size,
    others: sampled.filter(({ adoptedIn }) => adoptedIn === 0),
    idle: adopting.filter((team) => !isUsed(team)),
  }
}

const cohortAt = ({ cohorts, cohortOf }: Study, unit: number) => cohorts[cohortOf[unit] ?? 0]

/** Share of the adopters that left the path since, of those of which it is known; null: of none. */
export function lapsedShare({ adopters }: Sample): number | null {
  const known = adopters.filter(({ hasLapsed }) => hasLapsed !== null)
  return known.length === 0
    ? null
    : known.filter(({ hasLapsed }) => hasLapsed === true).length / known.length
}

/** Periods of the panel before anybody in it adopts; null when nobody does. */
export function periodsBefore({ study }: Sample): number | null {
  const first = study?.cohorts.find((cohort) => cohort !== 0)
  if (study === null || first === undefined) return null
  return study.periods.filter((period) => period < first).length
}

/** Whether adopters and those that they are compared with work on the same services. */
export function sharesServices({ adopters, others }: Sample): boolean {
  const own = new Set(adopters.flatMap(({ services }) => services))
  return others.some(({ services }) => services.some((service) => own.has(service)))
}

/** Whether the outcome of some team comes from another instrument than before, in any period. */
export function changesInstrument(sample: Sample): boolean {
  const periods = sample.study?.periods.slice(1) ?? []
  return allOf(sample).some((team) => periods.some((period) => changesIn(team, period)))
}

/**
 * Whether it does for some adopter in the very period in which it adopts. Where all teams change
 * together the change is in the comparison too and takes itself away.
 */
export function changesInstrumentAtAdoption(sample: Sample): boolean {
  const all = allOf(sample)
  return sample.adopters.some(
    (adopter) =>
      changesIn(adopter, adopter.adoptedIn) &&
      !all.every((team) => changesIn(team, adopter.adoptedIn)),
  )
}

const allOf = ({ adopters, others, idle }: Sample) => [...adopters, ...others, ...idle]

/** Unknown instruments are no change. */
function changesIn({ outcomes }: SampledTeam, period: number): boolean {
  const now = outcomes[period - 1]?.instruments ?? []
  const before = outcomes[period - 2]?.instruments ?? []
  return now.length > 0 && before.length > 0 && now.join('\n') !== before.join('\n')
}
