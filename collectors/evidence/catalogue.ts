import { type Document, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import type { Readings } from '#collectors/evidence/readings.ts'

/** What a catalogue file says. */
export interface CatalogInfo {
  /** Its first service; null when it describes other things only. */
  readonly component: Component | null
  /** Of all its entities. */
  readonly annotations: Readonly<Record<string, string>>
}

export interface Component {
  readonly name: string | null
  /** Slugs of teams. None: it names nobody, or a person, whose name is not kept. */
  readonly owners: readonly string[]
  readonly type: string | null
  readonly lifecycle: string | null
  readonly system: string | null
  readonly tier: string | null
}

/** A catalogue file that describes a service. */
export interface Description {
  readonly file: CatalogueFile
  readonly component: Component
}

const PARSERS = {
  'catalog-info.yaml': parseBackstage,
  'opslevel.yml': parseOpsLevel,
  'cortex.yaml': parseCortex,
  'entity.datadog.yaml': parseDatadog,
  'service.datadog.yaml': parseDatadog,
}

export type CatalogueFile = keyof typeof PARSERS

/** At the root of a repository; the first that names one team says who owns it. */
export const CATALOGUE_FILES = Object.keys(PARSERS) as CatalogueFile[]

const isCatalogueFile = (path: string): path is CatalogueFile => Object.hasOwn(PARSERS, path)

/** How to read a catalogue file; null for any other path. */
export const catalogueReader = (path: string) =>
  isCatalogueFile(path) ? { key: `catalogue ${path}`, read: PARSERS[path] } : null

/** For annotations, in a file of any name. */
export const annotationReader = { key: 'annotations', read: parseBackstage }

/** What the files of `tree` (blobs by path) describe; null while one of them cannot be read: nobody knows which decides. */
export function listDescriptions(
  tree: ReadonlyMap<string, string>,
  readings: Readings,
): Description[] | null {
  const descriptions: Description[] = []
  for (const file of CATALOGUE_FILES) {
    const blob = tree.get(file)
    const reader = catalogueReader(file)
    if (blob === undefined || reader === null) continue
    const reading = readings.of(reader, blob)
    if ('problem' in reading) return null
    const { component } = reading.value
    if (component !== null) descriptions.push({ file, component })
  }
  return descriptions
}

/** The first description that names exactly one team, else the first; null when there is none. */
export function chooseDescription(descriptions: readonly Description[]): Description | null {
  const one = descriptions.find(({ component }) => component.owners.length === 1)
  return one ?? descriptions[0] ?? null
}

const Text = z.union([z.string(), z.number().transform(String)])

const Entity = z.object({
  kind: z.string(),
  metadata: z.object({
    name: z.string().optional(),
    annotations: z.record(z.string(), z.unknown()).nullish(),
  }),
  spec: z
    .object({
      owner: z.string().optional(),
      type: z.string().optional(),
      lifecycle: z.string().optional(),
      system: z.string().optional(),
    })
    .nullish(),
})

// https://backstage.io/docs/features/software-catalog/descriptor-format
/** @throws {Error} when the text is no YAML, or no entity in it has the expected shape */
function parseBackstage(text: string): CatalogInfo {
  const entities = parseValues(text).map((value) => Entity.parse(value))
  const component = entities.find(({ kind }) => kind === 'Component')
  const annotations = entities.flatMap(({ metadata }) => Object.entries(metadata.annotations ?? {}))
  return {
    component: component === undefined ? null : fromBackstage(component),
    annotations: Object.fromEntries(annotations.map(([key, value]) => [key, String(value)])),
  }
}

function fromBackstage({ metadata, spec }: z.output<typeof Entity>): Component {
  const owner = spec?.owner === undefined ? null : toGroup(spec.owner)
  return {
    name: metadata.name ?? null,
    owners: owner === null ? [] : [owner],
    type: spec?.type ?? null,
    lifecycle: spec?.lifecycle ?? null,
    system: spec?.system ?? null,
    tier: null,
  }
}

// https://backstage.io/docs/features/software-catalog/references
/** `team-a` of `group:default/Team-A` or `team-a`, as case does not matter; null for a person. */
export function toGroup(reference: string): string | null {
  const [, kind = 'group', name = ''] =
    /^(?:([^:/]+):)?(?:[^:/]+\/)?([^:/]+)$/.exec(reference.trim()) ?? []
  return kind.toLowerCase() === 'group' && name !== '' ? name.toLowerCase() : null
}

const OpsLevelService = z.object({
  name: Text.optional(),
  owner: Text.nullish(),
  type: Text.nullish(),
  lifecycle: Text.nullish(),
  system: Text.nullish(),
  tier: Text.nullish(),
})

const OpsLevel = z.object({
  component: OpsLevelService.optional(),
  service: OpsLevelService.optional(),
  repository: z.object({ owner: Text.nullish() }).optional(),
})

// https://docs.opslevel.com/docs/opslevel-yml
/** A file that describes its repository only still names who owns it. */
function parseOpsLevel(text: string): CatalogInfo {
  const described = parseValues(text)
    .map((value) => OpsLevel.parse(value))
    .map(({ component, service, repository }) => component ?? service ?? repository)
    .find((one) => one !== undefined)
  return withoutAnnotations(described && fromOpsLevel(described))
}

const fromOpsLevel = ({
  name,
  owner,
  type,
  lifecycle,
  system,
  tier,
}: z.output<typeof OpsLevelService>): Component => ({
  name: name ?? null,
  owners: owner ? [toSlug(owner)] : [],
  type: type ?? null,
  lifecycle: lifecycle ?? null,
  system: system ?? null,
  tier: tier ?? null,
})

const Cortex = z.object({
  info: z.object({
    'x-cortex-tag': Text.optional(),
    'x-cortex-type': Text.nullish(),
    'x-cortex-owners': z.array(z.object({ type: z.string(), name: Text.optional() })).nullish(),
  }),
})

/** What Cortex calls something else than a service. */
const NO_SERVICE: ReadonlySet<string> = new Set(['team', 'domain'])

// https://docs.cortex.io/ingesting-data-into-cortex/entities-overview/entities/yaml
function parseCortex(text: string): CatalogInfo {
  const service = parseValues(text)
    .map((value) => Cortex.parse(value).info)
    .find((info) => !NO_SERVICE.has(info['x-cortex-type'] ?? 'service'))
  return withoutAnnotations(service && fromCortex(service))
}

/** Owners that are no group are people, or a channel. */
function fromCortex(info: z.output<typeof Cortex>['info']): Component {
  const groups = (info['x-cortex-owners'] ?? []).filter(
    ({ type }) => type.toLowerCase() === 'group',
  )
  return {
    name: info['x-cortex-tag'] ?? null,
    owners: groups.flatMap(({ name }) => (name ? [toSlug(name)] : [])),
    type: info['x-cortex-type'] ?? null,
    lifecycle: null,
    system: null,
    tier: null,
  }
}

const DatadogV3 = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({
    name: Text,
    owner: Text.nullish(),
    additionalOwners: z.array(z.object({ name: Text })).nullish(),
  }),
  spec: z
    .object({
      type: Text.nullish(),
      lifecycle: Text.nullish(),
      tier: Text.nullish(),
      componentOf: z.array(z.string()).nullish(),
    })
    .nullish(),
})

const DatadogV2 = z.object({
  'dd-service': Text,
  team: Text.nullish(),
  'dd-team': Text.nullish(),
  type: Text.nullish(),
  application: Text.nullish(),
  lifecycle: Text.nullish(),
  tier: Text.nullish(),
})

const DatadogV1 = z.object({
  'schema-version': z.literal('v1'),
  info: z.object({ 'dd-service': Text, 'service-tier': Text.nullish() }),
  org: z.object({ owner: Text.nullish(), application: Text.nullish() }).nullish(),
})

// https://docs.datadoghq.com/internal_developer_portal/software_catalog/entity_model
/** Either file may hold any version of the schema. */
function parseDatadog(text: string): CatalogInfo {
  const [service] = parseValues(text).flatMap(fromDatadog)
  return withoutAnnotations(service)
}

/** Nothing for an entity that is no service. */
function fromDatadog(value: unknown): Component[] {
  if (hasKey(value, 'apiVersion')) return fromDatadogV3(DatadogV3.parse(value))
  if (hasKey(value, 'info')) return [fromDatadogV1(DatadogV1.parse(value))]
  const { team, application, type, lifecycle, tier, ...rest } = DatadogV2.parse(value)
  const owner = team ?? rest['dd-team']
  return [
    {
      name: rest['dd-service'],
      owners: owner ? [toSlug(owner)] : [],
      type: type ?? null,
      lifecycle: lifecycle ?? null,
      system: application ?? null,
      tier: tier ?? null,
    },
  ]
}

/** Additional owners count where nobody is the owner. */
function fromDatadogV3({ kind, metadata, spec }: z.output<typeof DatadogV3>): Component[] {
  if (kind !== 'service') return []
  const { name, owner, additionalOwners } = metadata
  const owners = owner ? [owner] : (additionalOwners ?? []).map((one) => one.name)
  const system = spec?.componentOf?.find((reference) => reference.startsWith('system:'))
  return [
    {
      name,
      owners: owners.map(toSlug),
      type: spec?.type ?? null,
      lifecycle: spec?.lifecycle ?? null,
      system: system?.slice('system:'.length) ?? null,
      tier: spec?.tier ?? null,
    },
  ]
}

const fromDatadogV1 = ({ info, org }: z.output<typeof DatadogV1>): Component => ({
  name: info['dd-service'],
  owners: org?.owner ? [toSlug(org.owner)] : [],
  type: null,
  lifecycle: null,
  system: org?.application ?? null,
  tier: info['service-tier'] ?? null,
})

const hasKey = (value: unknown, key: string) =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)

const withoutAnnotations = (component: Component | undefined): CatalogInfo => ({
  component: component ?? null,
  annotations: {},
})

/** `payments` of `@acme/payments`, `acme/payments` or `Payments`. */
export const toSlug = (text: string) =>
  text
    .trim()
    .replace(/^@?(?:[\w.-]+\/)?/, '')
    .toLowerCase()
    .replaceAll(/\s+/g, '-')

/** What the documents of a file hold; empty ones are left out. @throws {Error} */
const parseValues = (text: string) =>
  parseDocuments(text)
    .map((document): unknown => document.toJS({ maxAliasCount: 100 }))
    .filter((value) => value !== null && value !== undefined)

/** @throws {Error} naming the first fault and its line */
export function parseDocuments(text: string): Document.Parsed[] {
  const documents = parseAllDocuments(text, { strict: false, uniqueKeys: false })
  if (!Array.isArray(documents)) return []
  for (const { errors } of documents) {
    const [error] = errors
    if (error) throw new Error(error.message.split('\n')[0])
  }
  return documents
}
