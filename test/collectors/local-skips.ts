import { type Harness, RUNS_APART } from '#test/collectors/acceptance.ts'

/** Why a collector that reads this machine's disk skips what only a server can do to it; `why` nobody is asked. */
export const localSkips = (why: string): Harness['skips'] => ({
  'T-C05': why,
  'T-C06': why,
  'T-C07': why,
  'T-C08': why,
  'T-C16': why,
  'T-C17': why,
  'T-C18': why,
  'T-C19': why,
  'T-C20': 'belongs to the lease that every run holds: test/db/leases.test.ts',
  'T-C21': RUNS_APART,
  'T-C22': 'belongs to the pages, which read published measurements only: test/e2e/data.spec.ts',
})
