/** The words of the domain for a reader. What is not listed is shown as it is stored. */

export interface StateWord {
  readonly word: string
  /** Also the class that colours it, and the name of its shape. */
  readonly key: string
  readonly meaning: string
}

const ADOPTION: Readonly<Record<string, StateWord>> = {
  adopted: { word: 'Adopted', key: 'adopted', meaning: 'does nearly all of its work on the path' },
  partial: { word: 'Partial', key: 'partial', meaning: 'uses the path and goes around it too' },
  trying: { word: 'Trying', key: 'trying', meaning: 'has begun to use the path' },
  lapsed: { word: 'Lapsed', key: 'lapsed', meaning: 'had adopted the path and left it' },
  eligible: { word: 'Not using', key: 'eligible', meaning: 'could use the path, and does not' },
  excepted: { word: 'Exempt', key: 'excepted', meaning: 'has an approved exception' },
  not_eligible: { word: 'Not eligible', key: 'not_eligible', meaning: 'the path is not for it' },
  unknown: { word: 'Unknown', key: 'unknown', meaning: 'the sources do not say enough' },
}

export function adoptionWord(state: string): StateWord {
  return ADOPTION[state] ?? { word: state, key: 'unknown', meaning: '' }
}

/** From the paved way to what is outside the count: the order of bars, legends and tables. */
export const ADOPTION_ORDER = [
  'adopted',
  'partial',
  'trying',
  'lapsed',
  'eligible',
  'unknown',
  'excepted',
  'not_eligible',
] as const

const USAGE: Readonly<Record<string, StateWord>> = {
  current: { word: 'Current', key: 'adopted', meaning: 'on the newest version' },
  present: { word: 'On the path', key: 'present', meaning: 'on the path, version not tracked' },
  ahead: { word: 'Ahead', key: 'present', meaning: 'equals a version published later' },
  outdated: { word: 'Outdated', key: 'partial', meaning: 'on an older version' },
  drifted: { word: 'Drifted', key: 'lapsed', meaning: 'equals no published version' },
  opted_out: { word: 'Opted out', key: 'excepted', meaning: 'says itself that it left the path' },
  absent: { word: 'Not using', key: 'eligible', meaning: 'no sign of the path' },
  unknown: { word: 'Unknown', key: 'unknown', meaning: 'the sources do not say enough' },
  not_eligible: { word: 'Not eligible', key: 'not_eligible', meaning: 'the path is not for it' },
}

export function usageWord(state: string): StateWord {
  return USAGE[state] ?? { word: state, key: 'unknown', meaning: '' }
}

export const USAGE_ORDER = [
  'current',
  'ahead',
  'present',
  'outdated',
  'drifted',
  'opted_out',
  'absent',
  'unknown',
  'not_eligible',
] as const

const ORIGINS: Readonly<Record<string, string>> = {
  voluntary: 'by choice',
  mandated: 'under a mandate',
  unknown: 'not known: no list of mandates is kept',
}

/** Why a team adopted; null while it has not. */
export function originWord(origin: string | null): string {
  return origin === null ? '' : (ORIGINS[origin] ?? origin)
}

const FLAGS: Readonly<Record<string, string>> = {
  inactive: 'no work in scope for 4 weeks',
  abandoned_trial: 'tried and stopped',
  stuck: 'trying for 4 weeks without success',
  returning: 'came back after leaving',
  slipping: 'share of work on the path is falling',
}

export function flagWord(flag: string): string {
  return FLAGS[flag] ?? flag.replaceAll('_', ' ')
}

const RULES: Readonly<Record<string, string>> = {
  R0: 'eligibility unknown, or too little was covered to say',
  R1: 'not eligible',
  R2: 'a full exception is active',
  R3: 'no work in scope and no attempt in 28 days: the last state is kept',
  'R4-lapse': 'no use of the path in 28 days while work went on',
  'R4-hold': 'at least the exit share of the work runs on the path',
  'R4-drop': 'under the exit share for two weeks',
  'R4-slip': 'under the exit share for one week',
  'R4-recover': 'back over the entry share',
  'R4-partial': 'some of the work runs on the path',
  'R5-adopt': 'qualified, and over the entry share',
  'R5-partial': 'qualified, with much of the work beside the path',
  'R5-try': 'attempts in 28 days, not qualified yet',
  'R5-stay-lapsed': 'no new use since it left',
  'R5-none': 'no use of the path',
}

/** What a rule of the adoption state machine found. */
export function ruleWord(rule: string): string {
  return RULES[rule] ?? rule
}

const MECHANISMS: Readonly<Record<string, string>> = {
  path: 'on the path',
  parallel_pipeline: 'another pipeline',
  manual_change: 'by hand',
  break_glass: 'emergency (break-glass)',
  off_path: 'beside the path, detour not known',
}

export function mechanismWord(mechanism: string | null): string {
  return mechanism === null ? 'not known' : (MECHANISMS[mechanism] ?? mechanism)
}

const SETS: Readonly<Record<string, string>> = {
  counted: 'Counted',
  not_counted: 'Not counted',
  unknown: 'Unknown',
  not_matured: 'Too young to count',
  excluded: 'Left out',
  beside: 'Beside it',
}

export function setWord(kind: string): string {
  return SETS[kind] ?? kind.replaceAll('_', ' ')
}

const WORK: Readonly<Record<string, string>> = {
  changes: 'changes merged to the main line of its services',
  deployments: 'deployments to production',
  provisioning: 'requests for an environment',
  activities: 'activities that its source classifies',
}

/** The work that a path could carry. */
export function workWord(work: string): string {
  return WORK[work] ?? work
}
