import { z } from 'zod'
import { supportRequestsPerWeek } from '#scorecards/metrics/support-requests-per-week.ts'
import { ASOF, daysAgo } from '#test/support/delivery.ts'
import { aSupportRequest } from '#test/support/requests.ts'
import { record, rowsOf } from '#test/vectors/record.ts'
import { adapter } from '#test/vectors/statistic-adapters.ts'

export const supportAdapters: Readonly<Record<string, (inputs: unknown) => unknown>> = {
  'SUP-01': adapter(
    z.object({ weeks: z.array(z.object({ tickets: z.int().nullable(), covered: z.boolean() })) }),
    ({ weeks }) => {
      const startOf = (week: number) => daysAgo(7 * (weeks.length - week))
      const requests = weeks.flatMap(({ tickets }, week) =>
        rowsOf(`${week}`, tickets ?? 0, (id) => ({
          ...aSupportRequest({ id, openedAt: startOf(week) }),
          type: null,
        })),
      )
      const covered = weeks.flatMap((one, week) =>
        one.covered ? [{ from: startOf(week).getTime(), to: startOf(week + 1).getTime() }] : [],
      )
      return record(supportRequestsPerWeek, { asOf: ASOF, requests, covered }, ASOF)
    },
  ),
}
