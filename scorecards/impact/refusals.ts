import {
  changesInstrument,
  changesInstrumentAtAdoption,
  lapsedShare,
  periodsBefore,
  type Sample,
  sharesServices,
} from '#scorecards/impact/sample.ts'

/** Why there is no estimate. */
export type Refusal =
  | 'few_adopters'
  | 'few_comparison_teams'
  /** Asked to compare with teams that never adopt, and there are none. */
  | 'no_never_adopters'
  | 'few_periods_before'
  /** The outcome was measured by another instrument just when teams adopted. */
  | 'instrument_break'
  | 'most_have_lapsed'
  /** All teams changed alike: nothing says how far chance alone goes. */
  | 'no_variation'
  /** No two adopters began together: nothing says how adopters differ. */
  | 'single_team_cohorts'

const FEWEST_TEAMS = 5
const FEWEST_PERIODS_BEFORE = 2
const MOST_LAPSED = 0.5

/** All that hold before anything is computed; sections 11.1 and 11.3 of the metric reference. */
export function refusalsOf(sample: Sample): Refusal[] {
  const before = periodsBefore(sample)
  const lapsed = lapsedShare(sample)
  const rules: readonly [Refusal, boolean][] = [
    ['few_adopters', sample.adopters.length < FEWEST_TEAMS],
    ['few_comparison_teams', sample.others.length < FEWEST_TEAMS],
    ['no_never_adopters', sample.study === null],
    ['few_periods_before', before !== null && before < FEWEST_PERIODS_BEFORE],
    ['instrument_break', changesInstrumentAtAdoption(sample)],
    ['most_have_lapsed', lapsed !== null && lapsed > MOST_LAPSED],
    ['single_team_cohorts', sample.adopters.length === sample.cohorts && sample.cohorts > 0],
  ]
  return rules.flatMap(([refusal, holds]) => (holds ? [refusal] : []))
}

export type ImpactFlag =
  | 'indicative'
  | 'pretrend_doubt'
  | 'instrument_break'
  | 'lapsed_share'
  | 'spillover_risk'
  | 'few_pre_periods'

const TEAMS_FOR_A_PLAIN_REPORT = 10
const PRETREND_DOUBT = 0.1

/**
 * What a reader must know beside the number. `pretrendP` is null where it was not computed.
 */
export function flagsOf(sample: Sample, pretrendP: number | null): ImpactFlag[] {
  const smaller = Math.min(sample.adopters.length, sample.others.length)
  const flags: readonly [ImpactFlag, boolean][] = [
    ['indicative', smaller >= FEWEST_TEAMS && smaller < TEAMS_FOR_A_PLAIN_REPORT],
    ['pretrend_doubt', pretrendP !== null && pretrendP <= PRETREND_DOUBT],
    ['instrument_break', changesInstrument(sample)],
    ['lapsed_share', (lapsedShare(sample) ?? 0) > 0],
    ['spillover_risk', sharesServices(sample)],
    ['few_pre_periods', periodsBefore(sample) === FEWEST_PERIODS_BEFORE],
  ]
  return flags.flatMap(([flag, holds]) => (holds ? [flag] : []))
}
