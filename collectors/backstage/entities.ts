import { z } from 'zod'
import { toGroup } from '#collectors/evidence/catalogue.ts'
import type { Known } from '#collectors/repository.ts'
import { PlainText } from '#lib/plain-text.ts'

/** What is asked of an entity: no member of a group, and no way to reach anybody. */
export const FIELDS = [
  'kind',
  'metadata.name',
  'metadata.namespace',
  'metadata.title',
  'metadata.annotations',
  'spec.type',
  'spec.owner',
  'spec.lifecycle',
  'spec.system',
  'spec.parent',
  'spec.profile.displayName',
  'relations',
]

/** What one entity says. */
export type BackstageFact =
  | { readonly kind: 'team'; readonly row: Known<'teams'> }
  | {
      readonly kind: 'service'
      readonly row: Known<'services'>
      /** Null: it names nobody, or a person. Undefined: several teams, which decide nothing. */
      readonly owner: string | null | undefined
    }
  /** Ids of all that there are. */
  | {
      readonly kind: 'listing'
      readonly services: readonly string[]
      readonly teams: readonly string[]
    }
  | { readonly kind: 'ignored' }

const Name = PlainText.pipe(z.string().min(1))
const Namespace = PlainText.default('default')

/** What names an entity; compared without case. */
export const Identity = z.object({
  kind: z.string().transform((kind) => kind.toLowerCase()),
  metadata: z.object({ name: Name, namespace: Namespace }),
})
type Identity = z.output<typeof Identity>

const Relation = z.object({ type: z.string(), targetRef: PlainText })

const Parts = z.record(z.string(), z.unknown()).catch({})

// https://backstage.io/docs/features/software-catalog/descriptor-format
/** An entity as it may be stored, even where it cannot be read: without its people. */
export function reduceEntity(entity: unknown): object {
  const { kind, metadata, spec, relations } = Parts.parse(entity)
  const { name, namespace, title, annotations } = Parts.parse(metadata)
  const { type, owner, lifecycle, system, parent, profile } = Parts.parse(spec)
  return {
    kind,
    metadata: {
      name,
      namespace,
      title,
      annotations: Object.fromEntries(
        Object.entries(Parts.parse(annotations)).filter(([key]) => isPlace(key)),
      ),
    },
    spec: {
      type,
      owner: reduceReference(owner),
      lifecycle,
      system,
      parent: reduceReference(parent),
      profile: { displayName: Parts.parse(profile)['displayName'] },
    },
    relations: Array.isArray(relations) ? relations.flatMap(reduceRelation) : undefined,
  }
}

const RELATIONS: ReadonlySet<unknown> = new Set(['childOf', 'ownedBy'])

function reduceRelation(relation: unknown): object[] {
  const { type, targetRef } = Parts.parse(relation)
  return RELATIONS.has(type) ? [{ type, targetRef: reduceReference(targetRef) }] : []
}

const SOMEBODY = 'user:'

/** Names a group, or nobody; what is no text is refused later, without its contents. */
function reduceReference(reference: unknown): string | null | undefined {
  if (typeof reference !== 'string') return reference === undefined ? undefined : null
  return toGroup(reference) === null ? SOMEBODY : reference
}

/** Reads what `reduceEntity` left of an entity. */
const Entity = z.object({
  kind: z.string(),
  metadata: z.object({
    name: Name,
    namespace: Namespace,
    title: PlainText.optional(),
    annotations: z.record(z.string(), PlainText).default({}),
  }),
  spec: z
    .object({
      type: PlainText.optional(),
      owner: PlainText.optional(),
      lifecycle: PlainText.optional(),
      system: PlainText.optional(),
      parent: PlainText.optional(),
      profile: z.object({ displayName: PlainText.optional() }).optional(),
    })
    .default({}),
  relations: z.array(Relation).default([]),
})
type Entity = z.output<typeof Entity>

/** Reads one entity; kinds that are neither group nor component are ignored. */
export const entityRecord = Entity.transform((entity): BackstageFact => {
  const kind = entity.kind.toLowerCase()
  if (kind === 'group') return { kind: 'team', row: toTeam(entity) }
  if (kind !== 'component') return { kind: 'ignored' }
  return { kind: 'service', row: toService(entity), owner: ownerOf(entity) }
})

export const teamId = ({ metadata }: Pick<Identity, 'metadata'>) => metadata.name.toLowerCase()

/** `shop`, or `payments/shop` of another namespace than the default. */
export const serviceId = ({ metadata: { name, namespace } }: Pick<Identity, 'metadata'>) =>
  namespace.toLowerCase() === 'default' ? name : `${namespace}/${name}`

const groupsOf = ({ relations }: Entity, type: string) =>
  relations.filter((relation) => relation.type === type).map(({ targetRef }) => toGroup(targetRef))

function toTeam(entity: Entity): Known<'teams'> {
  const { metadata, spec } = entity
  const [parent = spec.parent === undefined ? null : toGroup(spec.parent)] = groupsOf(
    entity,
    'childOf',
  )
  return {
    id: teamId(entity),
    name: spec.profile?.displayName ?? metadata.title ?? metadata.name,
    kind: null,
    parent_id: parent,
    active_from: null,
    active_to: null,
    size_bucket: null,
  }
}

/** The relation is the owner that Backstage found; what the entity says may exist nowhere. */
function ownerOf(entity: Entity): string | null | undefined {
  const related = groupsOf(entity, 'ownedBy')
  const { owner } = entity.spec
  const said = related.length > 0 || owner === undefined ? related : [toGroup(owner)]
  const [team = null, ...others] = new Set(said.filter((group) => group !== null))
  return others.length > 0 ? undefined : team
}

function toService(entity: Entity): Known<'services'> {
  const { metadata, spec } = entity
  const { repository, path } = placeOf(metadata.annotations)
  return {
    id: serviceId(entity),
    name: metadata.title ?? metadata.name,
    repository_id: repository,
    repository_path: path,
    workload_class: spec.type ?? null,
    system: spec.system?.replace(/^.*[:/]/, '') ?? null,
    lifecycle: spec.lifecycle ?? null,
    tier: null,
    data_classification: null,
    created_at: null,
    created_via: null,
    off_path_option_existed: null,
    forced: null,
    gone_at: null,
  }
}

interface Place {
  /** `host/owner/name`, or `owner/name` where the host is not told. */
  readonly repository: string | null
  /** Folder; empty for the whole repository. */
  readonly path: string
}

const SOURCE = 'backstage.io/source-location'
const MANAGED = 'backstage.io/managed-by-location'
const isSlug = (annotation: string) => annotation.endsWith('/project-slug')
const isPlace = (annotation: string) =>
  isSlug(annotation) || annotation === SOURCE || annotation === MANAGED

// https://backstage.io/docs/features/software-catalog/well-known-annotations
/** The slug names the repository; where the entity was described may be another. */
function placeOf(annotations: Readonly<Record<string, string>>): Place {
  const slug = Object.entries(annotations).find(([key]) => isSlug(key))?.[1]
  const location = parseLocation(annotations[SOURCE])
  const managed = parseLocation(annotations[MANAGED])
  const described = location ?? (managed && { ...managed, path: folderOf(managed.path) })
  if (slug === undefined) return described ?? { repository: null, path: '' }
  return described?.repository?.endsWith(`/${slug}`) ? described : { repository: slug, path: '' }
}

const folderOf = (path: string) => path.replace(/\/?[^/]*$/, '')

/** `url:https://host/owner/name/tree/branch/folder`, as hosts spell it. */
function parseLocation(text: string | undefined): Place | null {
  const [, host, repository, path = ''] =
    /^url:https?:\/\/(?:[^@/]*@)?([^/]+)\/(.+?)(?:\/(?:-\/)?(?:tree|blob|src)\/[^/]+(?:\/(.*))?)?\/?$/.exec(
      text ?? '',
    ) ?? []
  if (host === undefined || repository === undefined) return null
  return {
    repository: `${host}/${repository.replace(/\.git$/, '')}`,
    path: path.replace(/\/$/, ''),
  }
}
