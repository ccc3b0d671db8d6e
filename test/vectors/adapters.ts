import { adoptionAdapters } from '#test/vectors/adoption-adapters.ts'
import { deliveryAdapters } from '#test/vectors/delivery-adapters.ts'
import { diagnosisAdapters } from '#test/vectors/diagnosis-adapters.ts'
import { governanceAdapters } from '#test/vectors/governance-adapters.ts'
import { impactAdapters } from '#test/vectors/impact-adapters.ts'
import { statisticAdapters } from '#test/vectors/statistic-adapters.ts'

import { supportAdapters } from '#test/vectors/support-adapters.ts'

import { surveyAdapters } from '#test/vectors/survey-adapters.ts'

/** What each function of the vector file is here. */
export const adapters: ReadonlyMap<string, (inputs: unknown) => unknown> = new Map([
  ...Object.entries(statisticAdapters),
  ...Object.entries(adoptionAdapters),
  ...Object.entries(deliveryAdapters),
  ...Object.entries(supportAdapters),
  ...Object.entries(governanceAdapters),
  ...Object.entries(surveyAdapters),
  ...Object.entries(impactAdapters),
  ...Object.entries(diagnosisAdapters),
])
