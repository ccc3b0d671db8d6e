import {
  acceptance,
  type CollectOptions,
  HTTP_LIMITS,
  RUN_AT,
  RUNS_APART,
  type Upstream,
} from '#test/collectors/acceptance.ts'
import {
  aBackstage,
  aComponent,
  aGroup,
  collectBackstage,
  type Entity,
  toCursor,
} from '#test/support/backstage/catalogue.ts'

// A skip says why the test does not apply to this collector, and where its matter is tested.
acceptance({
  name: 'backstage',
  start: startBackstageUpstream,
  skips: {
    'T-C04': 'the catalogue is read whole in every run; no cursor of it tells a time',
    'T-C19': 'belongs to the HTTP client that all sources share: test/lib/outbound.test.ts',
    'T-C20': 'belongs to the lease that every run holds: test/db/leases.test.ts',
    'T-C21': RUNS_APART,
    'T-C22': 'belongs to the pages, which read published measurements only: test/e2e/data.spec.ts',
  },
})

const PAGE = 25

/** Four pages of groups and components, or one, always the same. */
function aCatalogue(few: boolean): Entity[] {
  const teams = few ? 5 : 30
  const groups = Array.from({ length: teams }, (_, index) => aGroup(`team-${index}`))
  const components = Array.from({ length: few ? 8 : 65 }, (_, index) =>
    aComponent(`service-${index}`, `group:default/team-${index % teams}`),
  )
  return [...groups, ...components].map((entity, index) => withId(entity, index))
}

const withId = (entity: Entity, index: number): Entity => ({
  ...entity,
  metadata: { ...entity.metadata, uid: `uid-${String(index).padStart(6, '0')}` },
})

async function startBackstageUpstream({ few } = { few: false }): Promise<Upstream> {
  const backstage = await aBackstage(aCatalogue(few), { pageSize: PAGE })
  const { entities } = backstage
  let clock: Date | null = null
  const collect = (
    db: Parameters<Upstream['collect']>[0],
    { now = RUN_AT, signal, guard }: CollectOptions = {},
  ) => {
    backstage.clock = () => clock ?? now
    return collectBackstage(db, backstage, {
      now,
      limits: { totalMs: 300 },
      ...(signal && { signal }),
      ...(guard && { guard }),
    })
  }
  const add = (entity: Entity) => entities.push(withId(entity, entities.length))
  return {
    collect,
    tables: ['teams', 'services', 'service_owners'],
    datedByReading: ['service_owners'],
    // What leaves is kept with its end, which no later reading tells: test/collectors/backstage/collector.test.ts
    evolve: (choice) => {
      const entity = entities[choice % entities.length]
      if (entity === undefined) return
      if (choice % 4 === 0) add(aGroup(`late-${entities.length}`))
      else if (choice % 4 === 1) add(aComponent(`late-${entities.length}`, 'group:default/team-1'))
      else if (choice % 4 === 2) entity.metadata.title = `Title ${choice}`
      else entity.spec = { ...entity.spec, lifecycle: `stage ${choice}`, parent: 'team-2' }
    },
    rename: () => {
      const [team] = entities
      if (team) team.metadata.title = 'Another title'
    },
    write: (text) => {
      add(aGroup('nasty', { profile: { displayName: text } }))
      add(aComponent(text, `group:default/${text}`))
      add({ ...aComponent('nasty', text), spec: { type: text, lifecycle: text, system: text } })
    },
    network: {
      faults: backstage.faults,
      requests: () => backstage.counts.requests,
      setClock: (now) => {
        clock = now
      },
      ...HTTP_LIMITS,
      records: (answer) => (answer as { items: Record<string, unknown>[] }).items,
      endless: (answer) => ({
        ...(answer as object),
        pageInfo: { nextCursor: toCursor(['group'], '') },
      }),
      addLate: () => add(aComponent('late', 'group:default/team-1')),
    },
  }
}
