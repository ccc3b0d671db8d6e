import { expect, test } from 'vitest'
import { plainName, withPlainNames } from '#lib/plain-names.ts'

test.each([
  ['how_to', 'how to'],
  ['trendUp', 'trend up'],
  ['teamsOver91Days', 'teams over91 days'],
  ['p90', 'p90'],
])('%s is told as "%s"', (name, words) => {
  expect(plainName(name)).toBe(words)
})

test.each([
  ['chartMean, its limits, and trendUp, which', 'chart mean, its limits, and trend up, which'],
  ['Types: how_to, access.', 'Types: how to, access.'],
  ['GitHub and XmR stay', 'GitHub and XmR stay'],
  [
    'so do catalog-info.yaml, a_file.csv and /how_to/x',
    'so do catalog-info.yaml, a_file.csv and /how_to/x',
  ],
])('in "%s" only names of records change', (text, words) => {
  expect(withPlainNames(text)).toBe(words)
})
