import { matchesGlob } from 'node:path'

/** Environments whose name matches are of this tier; null: they are none of the service's own. */
export interface TierRule {
  /** Of the whole name, in any case; `*` stands for part of it. */
  readonly match: string
  readonly tier: string | null
}

const words = (tier: string | null, list: string): TierRule[] =>
  [`{${list}}`, `{${list}}[-_.0-9]*`, `*[-_.]{${list}}`, `*[-_.]{${list}}[-_.0-9]*`].map(
    (match) => ({ match, tier }),
  )

/**
 * For who configures none: by a whole word of the name. Production comes last, so that a doubtful
 * name is not counted as production. Pages and previews are none that a service waits for.
 */
export const TIER_RULES: readonly TierRule[] = [
  { match: 'github-pages', tier: null },
  { match: '*preview*', tier: null },
  ...words('development', 'dev,develop,development,sandbox'),
  ...words('test', 'test,testing,qa,integration'),
  ...words('staging', 'staging,stage,stg,uat,acceptance,preprod,preproduction,nonprod'),
  { match: '{pre,non}[-_.]prod*', tier: 'staging' },
  { match: '*[-_.]{pre,non}[-_.]prod*', tier: 'staging' },
  ...words('production', 'prod,production,live'),
]

/**
 * The tier that the first matching rule gives; `unmapped` when none does: that is unknown, never
 * production.
 */
export function tierOf(
  environment: string,
  rules: readonly TierRule[],
): { readonly tier: string | null } | 'unmapped' {
  const name = environment.toLowerCase().replaceAll('/', '-')
  const rule = rules.find(({ match }) => matchesGlob(name, match.toLowerCase()))
  return rule === undefined ? 'unmapped' : { tier: rule.tier }
}
