import { expect, test } from 'vitest'
import { readInstant, toSearchTime } from '#collectors/jira/instants.ts'

test.each([
  ['2020-06-12T08:13:13.360+0800', '2020-06-12T00:13:13.360Z'],
  ['2026-06-01T14:00:00.000+02:00', '2026-06-01T12:00:00.000Z'],
  ['2026-06-01T14:00Z', '2026-06-01T14:00:00.000Z'],
  [1_492_070_429_000, '2017-04-13T08:00:29.000Z'],
  ['2026-06-01', null],
  ['2026-13-01T14:00:00.000+0200', null],
  [null, null],
])('the instant %s is %s', (written, expected) => {
  expect(readInstant(written)).toBe(expected)
})

test.each([
  ['an instant', '2026-06-01T12:34:56Z', 'Europe/Berlin', '2026-06-01 14:34'],
  ['no zone', '2026-06-01T12:34:56Z', null, '2026-06-01 00:34'],
  // Clocks in Berlin show 02:30 at 00:30 and at 01:30: the earlier one would be read as the later.
  ['an hour that comes again', '2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25 01:30'],
  ['an hour that came before', '2026-10-25T01:30:00Z', 'Europe/Berlin', '2026-10-25 02:30'],
  // Lord Howe Island sets its clocks back by half an hour at 15:00 UTC.
  [
    'half an hour that comes again',
    '2026-04-04T14:45:00Z',
    'Australia/Lord_Howe',
    '2026-04-05 00:45',
  ],
])('%s is searched for as the other side understands it', (_, instant, zone, expected) => {
  expect(toSearchTime(new Date(instant), zone)).toBe(expected)
})
