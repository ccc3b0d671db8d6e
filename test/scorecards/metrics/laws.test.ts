import { expect, test } from 'vitest'
import { definitions } from '#scorecards/catalogue.ts'
import { ADOPTION_LAWS } from '#test/support/laws/adoption.ts'
import { DELIVERY_LAWS } from '#test/support/laws/delivery.ts'
import { GOVERNANCE_LAWS } from '#test/support/laws/governance.ts'
import { SUPPORT_LAWS } from '#test/support/laws/support.ts'
import { SURVEY_LAWS } from '#test/support/laws/survey.ts'

const LAWS = {
  ...ADOPTION_LAWS,
  ...DELIVERY_LAWS,
  ...SUPPORT_LAWS,
  ...SURVEY_LAWS,
  ...GOVERNANCE_LAWS,
}

test('every metric of the catalogue is under the laws', () => {
  expect(Object.keys(LAWS).toSorted()).toEqual(definitions.map(({ id }) => id).toSorted())
})

test.each(Object.entries(LAWS))('%s: the laws of all metrics hold', (_, expectLaws) => {
  expectLaws()
})
