import type { Page } from '#collectors/collector.ts'
import type { Track, WatchedPath } from '#collectors/evidence/watch.ts'
import type { GitHubFact, WatchedHistoryFact } from '#collectors/github/facts.ts'
import type { IssueFact } from '#collectors/github/issues.ts'
import {
  followClaims,
  type OwnerPlace,
  type OwnerSaying,
  type OwnerSpan,
  SEEN,
  toOwnerSpans,
} from '#collectors/github/ownership.ts'
import { linkWorkflow, loadPins } from '#collectors/github/workflow-link.ts'
import { saveIncidents } from '#collectors/incidents.ts'
import { saveInventory, savePlaces } from '#collectors/removed.ts'
import {
  deleteClonedChanges,
  deleteSentChanges,
  findService,
  handOver,
  type SavedService,
  type Saving,
  saveHostedRepository,
  saveOwners,
  saveService,
} from '#collectors/repository.ts'
import { forEachChunk } from '#db/chunks.ts'
import type { Database } from '#db/connection.ts'
import {
  deleteFactsWhere,
  listFacts,
  markGoneWhere,
  updateFactsWhere,
  upsertFacts,
} from '#db/facts.ts'
import { NATURAL_KEYS } from '#db/natural-keys.ts'
import { renameRepository } from '#db/repository-names.ts'
import type { NewRow } from '#db/schema.ts'
import type { StoredRow } from '#db/statements.ts'

type Kind = GitHubFact['kind']

function ofKind<K extends Kind>(facts: readonly GitHubFact[], kind: K) {
  return facts.filter((fact): fact is Extract<GitHubFact, { kind: K }> => fact.kind === kind)
}

/** Stores a page of the organisation or of one repository. Returns rows changed. */
export async function saveGitHub(
  tx: Database,
  sourceId: string,
  facts: readonly GitHubFact[],
  { observedAt, paths }: Pick<Page, 'scope'> & { observedAt: Date; paths: readonly WatchedPath[] },
): Promise<number> {
  const [listing] = ofKind(facts, 'listing')
  const teams = await saveTeams(tx, { sourceId, observedAt }, ofKind(facts, 'team'))
  const gone = listing ? await saveListing(tx, { sourceId, observedAt }, listing.nodes) : 0
  const removed = await reconcileIssues(tx, { sourceId, observedAt }, facts)
  const policies = await savePolicies(tx, { sourceId, observedAt }, facts)
  const mandated = await saveMandates(tx, { sourceId, observedAt }, facts)
  const tried = await saveAttempts(tx, { sourceId, observedAt }, facts)
  const others = teams + gone + removed + policies + mandated + tried
  const [repository] = ofKind(facts, 'repository')
  if (repository === undefined) return others
  return others + (await saveRepository(tx, { sourceId, repository, observedAt, paths }, facts))
}

interface SavingRepository extends Saving {
  readonly paths: readonly WatchedPath[]
}

async function saveRepository(
  tx: Database,
  saving: SavingRepository,
  facts: readonly GitHubFact[],
): Promise<number> {
  const renamed = await applyName(tx, saving)
  const service = await saveService(tx, renamed)
  const changed = [
    service.changed,
    await saveHostedRepository(tx, renamed),
    await handOver(tx, renamed, service),
    await saveOwnership(tx, renamed, service, facts),
    await saveHistory(tx, renamed, facts),
    await saveChanges(tx, renamed, service, facts),
    await saveDeployments(tx, renamed, service, facts),
    await saveApprovals(tx, renamed, facts),
    await saveIssues(tx, renamed, service, facts),
  ]
  return changed.reduce((sum, count) => sum + count, 0)
}

/** A repository keeps its history, whatever it is called now. */
async function applyName(tx: Database, saving: SavingRepository): Promise<SavingRepository> {
  const { sourceId, repository } = saving
  const { id, native_id: nativeId } = repository.row
  await renameRepository(tx, { sourceId, nativeId, id })
  const known = await tx
    .selectFrom('repositories')
    .select('former_names')
    .where('id', '=', id)
    .executeTakeFirst()
  return {
    ...saving,
    repository: {
      ...repository,
      row: { ...repository.row, former_names: known?.former_names ?? '[]' },
    },
  }
}

interface Seen {
  readonly sourceId: string
  readonly observedAt: Date
}

const toSeen = ({ sourceId, observedAt }: Seen) => ({
  source_id: sourceId,
  observed_at: observedAt.toISOString(),
})

/** A team that another source describes stays as it is described there. */
async function saveTeams(
  tx: Database,
  seen: Seen,
  teams: readonly Extract<GitHubFact, { kind: 'team' }>[],
): Promise<number> {
  if (teams.length === 0) return 0
  const others = await tx
    .selectFrom('teams')
    .select('id')
    .where('source_id', '!=', seen.sourceId)
    .execute()
  const taken = new Set(others.map(({ id }) => id))
  return upsertFacts(
    tx,
    'teams',
    teams
      .filter(({ slug }) => !taken.has(slug))
      .map(({ slug, name, parent }) => ({
        id: slug,
        name,
        kind: null,
        parent_id: parent,
        active_from: null,
        active_to: null,
        size_bucket: null,
        ...toSeen(seen),
      })),
  )
}

/** Marks what the organisation no longer lists, and what it lists again; nothing is deleted. */
async function saveListing(
  tx: Database,
  { sourceId, observedAt }: Seen,
  nodes: readonly string[],
): Promise<number> {
  const listed = new Set(nodes)
  const known = await tx
    .selectFrom('repositories')
    .select(['id', 'native_id', 'gone_at'])
    .where('source_id', '=', sourceId)
    .execute()
  const at = observedAt.toISOString()
  let changed = 0
  for (const { id, native_id: node, gone_at: goneAt } of known) {
    if (listed.has(node) === (goneAt === null)) continue
    const set = { gone_at: goneAt === null ? at : null, observed_at: at }
    changed += await updateFactsWhere(tx, 'repositories', { id }, set)
    const own = { source_id: sourceId, repository_id: id }
    changed += await updateFactsWhere(tx, 'services', own, set)
  }
  return changed
}

/**
 * Marks tickets or incidents that are deleted, moved elsewhere or no longer labelled as one; what is listed
 * again is there again. Those of repositories that nobody asks any more stand, and so does one of which
 * nobody knows where it is.
 */
async function reconcileIssues(
  tx: Database,
  seen: Seen,
  facts: readonly GitHubFact[],
): Promise<number> {
  const [inventory] = ofKind(facts, 'inventory')
  if (inventory === undefined) return 0
  const { of: table, nodes, left } = inventory
  const placed = await savePlaces(tx, table, seen.sourceId, nodes)
  const unasked = new Set<unknown>([null, ...left])
  const listed = [...nodes.values()].flat()
  const isAsked = ({ repository_native_id: node }: StoredRow) => !unasked.has(node)
  return placed + (await saveInventory(tx, table, seen, { listed, since: '' }, isAsked))
}

function savePolicies(tx: Database, seen: Seen, facts: readonly GitHubFact[]): Promise<number> {
  const rows = ofKind(facts, 'policy').map(({ row }) => ({ ...row, ...toSeen(seen) }))
  return upsertFacts(tx, 'policy_evidence', rows)
}

/**
 * A ruleset that makes repositories run a golden path's workflow is a mandate for each team that owns
 * one of them, from when the team was first seen under it until it is so no more. What a ruleset is
 * seen to require for the first time is as old as the ruleset's last change, unless it was looked since.
 */
async function saveMandates(
  tx: Database,
  seen: Seen,
  facts: readonly GitHubFact[],
): Promise<number> {
  const [told] = ofKind(facts, 'mandates')
  if (told === undefined) return 0
  const now = seen.observedAt.toISOString()
  const stored = await listFacts(tx, 'mandates', seen.sourceId)
  const rows: NewRow<'mandates'>[] = []
  for (const { ruleset, pathId, since, repositories } of told.required) {
    const known = stored.filter(
      (row) => row.path_id === pathId && row.native_id.startsWith(`ruleset ${ruleset} `),
    )
    const isNew = known.length === 0 && (told.toldAt === null || told.toldAt < since)
    const from = isNew ? since : now
    for (const team of await listOwners(tx, repositories)) {
      const scope = JSON.stringify([team])
      const former = known.find((row) => row.team_scope === scope && row.ended_at === null)
      const opened: NewRow<'mandates'> = {
        native_id: `ruleset ${ruleset} ${pathId} ${team} ${from}`,
        path_id: pathId,
        team_scope: scope,
        kind: 'interface',
        announced_at: from,
        effective_at: from,
        ended_at: null,
        ...toSeen(seen),
      }
      rows.push(former ?? opened)
    }
  }
  const required = new Set(rows.map(({ native_id }) => native_id))
  const ended = stored
    .filter(({ native_id, ended_at }) => ended_at === null && !required.has(native_id))
    .map((row) => ({ ...row, ended_at: now, ...toSeen(seen) }))
  return upsertFacts(tx, 'mandates', [...rows, ...ended])
}

/** The teams that own anything in `repositories` now. */
async function listOwners(tx: Database, repositories: readonly string[]): Promise<string[]> {
  const teams = new Set<string>()
  await forEachChunk(repositories, async (ids) => {
    const rows = await tx
      .selectFrom('service_owners')
      .innerJoin('services', 'services.id', 'service_owners.service_id')
      .select('service_owners.team_id')
      .where('services.repository_id', 'in', ids)
      .where('services.gone_at', 'is', null)
      .where('service_owners.owned_to', 'is', null)
      .execute()
    for (const { team_id: team } of rows) if (team !== null) teams.add(team)
  })
  return [...teams].toSorted()
}

/** An attempt is one of the team that owned the repository's service then; of one that nobody owned there is none. */
async function saveAttempts(
  tx: Database,
  seen: Seen,
  facts: readonly GitHubFact[],
): Promise<number> {
  const rows: NewRow<'path_attempts'>[] = []
  const told = Map.groupBy(ofKind(facts, 'attempts'), ({ repositoryId }) => repositoryId)
  for (const [repositoryId, own] of told) {
    const ownerOf = await toOwner(tx, await findService(tx, { ...seen, repositoryId }))
    for (const row of own.flatMap((fact) => fact.rows)) {
      const team = ownerOf(row.started_at)
      if (team !== null) rows.push({ ...row, team_id: team, ...toSeen(seen) })
    }
  }
  return upsertFacts(tx, 'path_attempts', rows)
}

/** Tells who owned a service at an instant; null where nobody did, or sources disagree. */
async function toOwner(
  tx: Database,
  serviceId: string | null,
): Promise<(at: string) => string | null> {
  if (serviceId === null) return () => null
  const spans = await tx
    .selectFrom('service_owners')
    .select(['team_id', 'owned_from', 'owned_to'])
    .where('service_id', '=', serviceId)
    .execute()
  return (at) => {
    const there = spans.filter(
      ({ owned_from: from, owned_to: to }) => from <= at && (to === null || at < to),
    )
    const [team, ...others] = new Set(there.map(({ team_id }) => team_id))
    return others.length > 0 ? null : (team ?? null)
  }
}

/** Keeps what every place said of the owner, and who owned the service by that. */
async function saveOwnership(
  tx: Database,
  saving: Saving,
  service: SavedService,
  facts: readonly GitHubFact[],
): Promise<number> {
  const ownership = ofKind(facts, 'ownership').at(-1)
  if (ownership === undefined) return 0
  const known = await listSayings(tx, saving)
  const sayings = followClaims(known, ownership, saving.observedAt.toISOString())
  return (
    (await saveSayings(tx, saving, { known, sayings })) +
    (await saveOwnerSpans(tx, saving, service, toOwnerSpans(sayings)))
  )
}

const CLAIM = 'owner: '
/** Proof of a place that says nothing any more. */
const NOT_SAID = 'no '

async function listSayings(tx: Database, { sourceId, repository }: Saving): Promise<OwnerSaying[]> {
  const rows = await tx
    .selectFrom('repository_attributes')
    .select(['attribute', 'value', 'valid_from', 'proof'])
    .where('source_id', '=', sourceId)
    .where('repository_id', '=', repository.row.id)
    .where('attribute', 'like', `${CLAIM}%`)
    .orderBy('valid_from')
    .execute()
  return rows.map(({ attribute, value, valid_from: at, proof }) => {
    const place = attribute.slice(CLAIM.length) as OwnerPlace // As saveSayings wrote it.
    const teams = value === '' ? null : value.split(' ')
    const isSaid = proof === place && !(teams === null && SEEN.includes(place))
    return { place, at, claim: isSaid ? { place, teams } : null }
  })
}

async function saveSayings(
  tx: Database,
  saving: Saving,
  { known, sayings }: Record<'known' | 'sayings', readonly OwnerSaying[]>,
): Promise<number> {
  const { sourceId, repository } = saving
  const place = { source_id: sourceId, repository_id: repository.row.id }
  let deleted = 0
  for (const former of known) {
    if (sayings.some((one) => one.place === former.place && one.at === former.at)) continue
    const key = { attribute: `${CLAIM}${former.place}`, valid_from: former.at }
    deleted += await deleteFactsWhere(tx, 'repository_attributes', { ...place, ...key })
  }
  const rows = sayings.map(({ place: by, at, claim }) => ({
    repository_id: repository.row.id,
    attribute: `${CLAIM}${by}`,
    valid_from: at,
    value: (claim?.teams ?? []).join(' '),
    proof: claim === null ? `${NOT_SAID}${by}` : by,
    ...toSeen(saving),
  }))
  return deleted + (await upsertFacts(tx, 'repository_attributes', rows))
}

async function saveOwnerSpans(
  tx: Database,
  saving: Saving,
  service: SavedService,
  spans: readonly OwnerSpan[],
): Promise<number> {
  if (service.id === null) return 0
  const place = { source_id: saving.sourceId, service_id: service.id }
  const stored = await tx
    .selectFrom('service_owners')
    .select('owned_from')
    .where('source_id', '=', saving.sourceId)
    .where('service_id', '=', service.id)
    .execute()
  const told = new Set(spans.map(({ from }) => from))
  const gone = stored.map((row) => row.owned_from).filter((from) => !told.has(from))
  const deleted =
    gone.length === 0
      ? 0
      : await deleteFactsWhere(tx, 'service_owners', { ...place, owned_from: gone })
  const rows = spans.map(({ team, by, from, to }) => ({
    team_id: team,
    owned_from: from,
    owned_to: to,
    decided_by: by,
  }))
  return deleted + (await saveOwners(tx, saving, service, rows))
}

/**
 * Everything that the watched files tell takes the place of what they told before. What nobody looks for
 * any more stays: it is all that is left of a path that is no longer configured.
 */
async function saveHistory(
  tx: Database,
  saving: SavingRepository,
  facts: readonly GitHubFact[],
): Promise<number> {
  const history = ofKind(facts, 'history').at(-1)
  if (history === undefined) return 0
  const own = { repository_id: saving.repository.row.id }
  const seen = toSeen(saving)
  const evidence = ofKind(facts, 'evidence').map(({ row }) => ({ ...row, ...seen }))
  const attributes = ofKind(facts, 'attribute').map(({ row }) => ({ ...row, ...seen }))
  const versions = ofKind(facts, 'version').map(({ row }) => ({ ...row, ...seen }))
  const read = toReadRows(saving.paths, history)
  const gone = [
    await deleteUntold(tx, saving, 'usage_evidence', evidence, own, read.isEvidence),
    await deleteUntold(tx, saving, 'repository_attributes', attributes, own, read.isAttribute),
  ]
  for (const { pathId, ruleId } of history.rules) {
    const rule = { path_id: pathId, rule_id: ruleId }
    gone.push(await deleteUntold(tx, saving, 'path_versions', versions, rule))
  }
  const changed = [
    await upsertFacts(tx, 'usage_evidence', evidence),
    await upsertFacts(tx, 'repository_attributes', attributes),
    await upsertFacts(tx, 'path_versions', versions),
  ]
  return [...gone, ...changed].reduce((sum, count) => sum + count, 0)
}

/** Tells which stored rows are of what was looked at. */
function toReadRows(paths: readonly WatchedPath[], { unread }: WatchedHistoryFact) {
  const left = new Set(unread.map(toSubjectKey))
  const ids = new Set(paths.map(({ id }) => id))
  const attributes = new Set(
    paths.flatMap(({ rules }) => rules.eligible.file ?? []).map(toAttribute),
  )
  return {
    isEvidence: ({ path_id: pathId, rule_id: ruleId }: StoredRow) =>
      ids.has(String(pathId)) && !left.has(JSON.stringify([pathId, ruleId])),
    isAttribute: ({ attribute }: StoredRow) =>
      attributes.has(String(attribute)) && !left.has(JSON.stringify([attribute])),
  }
}

const toAttribute = (file: string) => `file:${file}`

const toSubjectKey = (subject: Track['subject']) =>
  JSON.stringify(
    subject.kind === 'evidence' ? [subject.pathId, subject.ruleId] : [subject.attribute],
  )

type HistoryTable = 'usage_evidence' | 'repository_attributes' | 'path_versions'

/** Deletes the rows of a place (`where`), of what was `read`, whose key is not among `told`. */
async function deleteUntold(
  tx: Database,
  { sourceId }: Saving,
  table: HistoryTable,
  told: readonly object[],
  where: Readonly<Record<string, string>>,
  isRead: (row: StoredRow) => boolean = () => true,
): Promise<number> {
  const key: readonly string[] = NATURAL_KEYS[table]
  const toKey = (row: object) => JSON.stringify(key.map((column) => Reflect.get(row, column)))
  const kept = new Set(told.map(toKey))
  let query = tx
    .selectFrom(table as 'usage_evidence')
    .selectAll()
    .where('source_id', '=', sourceId)
  for (const [column, value] of Object.entries(where)) {
    query = query.where(column as 'rule_id', '=', value)
  }
  const stored: StoredRow[] = await query.execute()
  const going = stored.filter((row) => isRead(row) && !kept.has(toKey(row)))
  for (const row of going) {
    const place = key.map((column) => [column, String(row[column])])
    await deleteFactsWhere(tx, table, Object.fromEntries(place))
  }
  return going.length
}

/** The host is believed: what a clone told of the same repository goes, and what was sent. */
async function saveChanges(
  tx: Database,
  saving: Saving,
  service: SavedService,
  facts: readonly GitHubFact[],
): Promise<number> {
  const { id } = saving.repository.row
  const rows = ofKind(facts, 'change').map(({ row }) => ({
    ...row,
    repository_id: id,
    service_id: service.id,
    ...toSeen(saving),
  }))
  if (rows.length === 0) return 0
  const deleted = (await deleteClonedChanges(tx, id)) + (await deleteSentChanges(tx, id))
  return deleted + (await upsertFacts(tx, 'changes', rows))
}

/** Where the catalogue divides a repository among services, nobody knows which one it was: none owns it. */
async function saveDeployments(
  tx: Database,
  saving: SavingRepository,
  service: SavedService,
  facts: readonly GitHubFact[],
): Promise<number> {
  const deployments = ofKind(facts, 'deployment')
  if (deployments.length === 0) return 0
  const seen = toSeen(saving)
  const pins = await loadPins(tx, saving.repository.row.id, saving.paths)
  const serviceId = service.id ?? saving.repository.row.id
  const changed = await upsertFacts(
    tx,
    'deployments',
    deployments.map(({ row, workflow }) => ({
      ...row,
      ...linkWorkflow(workflow, row.created_at, saving.paths, pins),
      service_id: serviceId,
      ...seen,
    })),
  )
  const statuses = deployments.flatMap(({ row, statuses: list }) =>
    list.map(({ state, at }) => ({
      deployment_id: row.native_id,
      occurred_at: at,
      state,
      ...seen,
    })),
  )
  return changed + (await upsertFacts(tx, 'deployment_statuses', statuses))
}

async function saveApprovals(
  tx: Database,
  saving: Saving,
  facts: readonly GitHubFact[],
): Promise<number> {
  const approvals = ofKind(facts, 'approval')
  const seen = toSeen(saving)
  const evidence = approvals.map((one) => ({ ...one.evidence, ...seen }))
  const waits = approvals.flatMap(({ wait }) => (wait === null ? [] : [{ ...wait, ...seen }]))
  return (
    (await upsertFacts(tx, 'policy_evidence', evidence)) + (await upsertFacts(tx, 'steps', waits))
  )
}

/** Issues as what they are now: one that got or lost a label is no longer what it was. */
async function saveIssues(
  tx: Database,
  saving: Saving,
  service: SavedService,
  facts: readonly GitHubFact[],
): Promise<number> {
  const issues = ofKind(facts, 'issue')
  const seen = toSeen(saving)
  const place = { repository_native_id: saving.repository.row.native_id }
  const tickets = issues.flatMap(({ ticket }) => (ticket ? [{ ...ticket, ...place, ...seen }] : []))
  const incidents = issues.flatMap(({ incident }) => {
    if (!incident) return []
    const row = { ...incident.row, ...place }
    return [{ ...incident, row, service: incident.service ?? service.id }]
  })
  const gone = await dropOthers(tx, saving, issues)
  const saved = await upsertFacts(tx, 'tickets', tickets)
  return gone + saved + (await saveIncidents(tx, saving, incidents))
}

/** One that lost its label is kept as gone; a ticket that is an incident is told in the table of those. */
async function dropOthers(
  tx: Database,
  { sourceId, observedAt }: Seen,
  issues: readonly IssueFact[],
): Promise<number> {
  const among = (isMeant: (issue: IssueFact) => boolean) => ({
    source_id: sourceId,
    native_id: issues.filter(isMeant).map(({ id }) => id),
  })
  const noTicket = among(({ ticket, incident }) => ticket === null && !incident)
  const incidents = among(({ ticket, incident }) => ticket === null && Boolean(incident))
  const noIncident = among(({ incident }) => incident === null)
  const changed = [
    await markGoneWhere(tx, 'tickets', noTicket, observedAt),
    await deleteFactsWhere(tx, 'tickets', incidents),
    await markGoneWhere(tx, 'incidents', noIncident, observedAt),
  ]
  return changed.reduce((sum, count) => sum + count, 0)
}
