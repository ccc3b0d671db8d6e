import { expect, test } from 'vitest'
import { Duration, toMilliseconds } from '#lib/duration.ts'

test.each([
  ['1s', 1_000],
  ['15min', 900_000],
  ['1h', 3_600_000],
  ['3d', 259_200_000],
  ['2w', 1_209_600_000],
  ['999999s', 999_999_000],
])('%s are %d milliseconds', (text, milliseconds) => {
  expect(toMilliseconds(Duration.parse(text))).toBe(milliseconds)
})

test.each([
  '',
  '0h',
  '01h',
  '-1h',
  '1.5h',
  '1 day',
  '1D',
  'h',
  '1',
  '1h30min',
  '1000000s',
  ' 1h',
  '1h\n',
])('%j is no duration', (text) => {
  const { error } = Duration.safeParse(text)
  expect(error?.issues.map(({ message }) => message)).toEqual([
    'expected a duration such as 15min, 1h or 3d',
  ])
})
