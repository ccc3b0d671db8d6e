import {
  acceptance,
  type CollectOptions,
  HTTP_LIMITS,
  RUN_AT,
  RUNS_APART,
  type Upstream,
} from '#test/collectors/acceptance.ts'
import {
  anApplication,
  anArgoCd,
  anEntry,
  collectArgoCd,
  type StoredApplication,
  toRevision,
} from '#test/support/argocd/applications.ts'

const ONE_ANSWER = 'all applications come in one answer, which has no pages'

// A skip says why the test does not apply to this collector, and where its matter is tested.
acceptance({
  name: 'argocd',
  start: startArgoCdUpstream,
  skips: {
    'T-C09': `${ONE_ANSWER} that could shift`,
    'T-C17': `${ONE_ANSWER} without an end`,
    'T-C19': 'belongs to the HTTP client that all sources share: test/lib/outbound.test.ts',
    'T-C20': 'belongs to the lease that every run holds: test/db/leases.test.ts',
    'T-C21': RUNS_APART,
    'T-C22': 'belongs to the pages, which read published measurements only: test/e2e/data.spec.ts',
  },
})

/** More than are stored at once. */
const APPLICATIONS = 130
const STARTED = Date.UTC(2026, 4, 1)

const at = (minutes: number) => new Date(STARTED + minutes * 60_000).toISOString()

/** Applications, each with a history that began in May. */
function someApplications(count: number): StoredApplication[] {
  return Array.from({ length: count }, (_, index) => {
    const history = [0, 1, 2].map((id) => anEntry(id, `${index} ${id}`, at(index + id * 60)))
    const application = anApplication(`service-${index}-prod`, history)
    return {
      ...application,
      metadata: { ...application.metadata, creationTimestamp: at(0) },
    }
  })
}

async function startArgoCdUpstream({ few } = { few: false }): Promise<Upstream> {
  const argo = await anArgoCd(someApplications(few ? 5 : APPLICATIONS))
  const { applications } = argo
  let clock: Date | null = null
  let minute = 10_000
  const collect = (
    db: Parameters<Upstream['collect']>[0],
    { now = RUN_AT, signal, guard }: CollectOptions = {},
  ) => {
    argo.clock = () => clock ?? now
    return collectArgoCd(db, argo, {
      now,
      limits: { totalMs: 300 },
      ...(signal && { signal }),
      ...(guard && { guard }),
    })
  }
  const deploy = ({ status }: StoredApplication, revision: string, deployedAt: string) => {
    status.history.push(anEntry(status.history.length, revision, deployedAt))
  }
  return {
    collect,
    tables: ['deployments'],
    addressColumns: ['url'],
    // A failure shows until the next sync only: test/collectors/argocd/collector.test.ts
    evolve: (choice) => {
      minute += 1
      const application = applications[choice % applications.length]
      if (application === undefined) return
      const [first] = application.status.history
      if (choice % 3 === 0) deploy(application, `new ${minute}`, at(minute))
      else if (choice % 3 === 1) {
        const again = application.status.history.at(-1)
        const id = application.status.history.length
        if (again) application.status.history.push({ ...again, id, deployedAt: at(minute) })
      } else if (first !== undefined) {
        const id = application.status.history.length
        application.status.history.push({ ...first, id, deployedAt: at(minute) })
      }
    },
    rename: () => {
      const [application] = applications
      if (application) application.spec = { ...application.spec, project: 'other' }
    },
    write: (text) => {
      const history = [{ ...anEntry(0, 'a', at(0)), revision: text }]
      const nasty = anApplication(`nasty-${text}`, history)
      applications.push({ ...nasty, spec: { ...nasty.spec, destination: { namespace: text } } })
    },
    network: {
      faults: argo.faults,
      requests: () => argo.counts.requests,
      setClock: (now) => {
        clock = now
      },
      ...HTTP_LIMITS,
      records: (answer) => (answer as { items: Record<string, unknown>[] }).items,
      endless: (answer) => answer,
      addLate: (minutesEarlier) => {
        const [application] = applications
        const newest = application?.status.history.at(-1)
        if (application === undefined || newest === undefined) return
        const late = new Date(Date.parse(newest.deployedAt) - minutesEarlier * 60_000)
        deploy(application, toRevision('late'), late.toISOString())
      },
    },
  }
}
