import { type Document, isAlias, isMap, isScalar, type Node, parseAllDocuments, visit } from 'yaml'
import { z } from 'zod'
import type { Pin } from '#lib/golden-path.ts'

/** A reference without the file that holds it. */
export type Reference = Omit<Pin, 'file'>

export const WORKFLOW_FOLDER = '.github/workflows'
export const CIRCLECI_FILE = '.circleci/config.yml'

export const isWorkflowFile = (path: string) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path)

/** Keys below which `uses` is a value of somebody's own. */
const OPAQUE = new Set(['with', 'env', 'inputs', 'outputs', 'secrets'])

/**
 * The actions and reusable workflows that a workflow refers to, in order, each once; local ones
 * and images are no references. @throws {Error} when the text is no YAML
 */
export function parseWorkflow(text: string): Reference[] {
  const references: Reference[] = []
  for (const document of parseDocuments(text)) {
    visit(document, {
      Pair(_, { key, value }) {
        if (isScalar(key) && OPAQUE.has(String(key.value))) return visit.SKIP
        const reference = isScalar(key) && key.value === 'uses' ? toReference(value, text) : null
        if (reference) references.push(reference)
        return
      },
    })
  }
  return distinct(references)
}

function toReference(uses: unknown, text: string): Reference | null {
  const pinned = isScalar(uses) ? splitReference(String(uses.value)) : null
  return pinned && isScalar(uses) ? { ...pinned, comment: claimedVersion(uses, text) } : null
}

/** `acme/deploy/setup@v1`. A local path or an image is null. */
function splitReference(text: string): Omit<Reference, 'comment'> | null {
  const [, component, ref] = /^([\w-][\w.-]*\/[\w.-]+(?:\/[^@\s]+)?)@(\S+)$/.exec(text.trim()) ?? []
  return component === undefined || ref === undefined ? null : { component, ref }
}

/** The parser keeps a comment with its scalar, but not after a flow map: there the line tells. */
function claimedVersion(value: Node, text: string): string | null {
  const [, end = 0] = value.range ?? []
  const lineEnd = text.indexOf('\n', end)
  const [, comment = ''] =
    /(?:^|\s)#(.*)$/.exec(text.slice(end, lineEnd === -1 ? undefined : lineEnd)) ?? []
  const [version = null] = /\bv?\d+(?:\.\d+)*(?:[-+][\w.-]+)?/.exec(value.comment ?? comment) ?? []
  return version
}

/** The orbs that a CircleCI configuration imports. @throws {Error} when the text is no YAML */
export function parseOrbs(text: string): Reference[] {
  return distinct(parseDocuments(text).flatMap(importedOrbs))
}

function importedOrbs(document: Document.Parsed): Reference[] {
  const orbs = document.get('orbs', true)
  if (!isMap(orbs)) return []
  return orbs.items.flatMap(({ value }) => {
    const orb = isAlias(value) ? value.resolve(document) : value
    const reference = isScalar(orb) ? splitReference(String(orb.value)) : null
    return reference === null ? [] : { ...reference, comment: null }
  })
}

const distinct = (references: readonly Reference[]) => [
  ...new Map(references.map((one) => [JSON.stringify(one), one])).values(),
]

const Metadata = z.object({
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

/** What a catalogue file says. */
export interface CatalogInfo {
  /** Its first Component; null when it describes other things only. */
  readonly component: Component | null
  /** Of all its entities. */
  readonly annotations: Readonly<Record<string, string>>
}

export interface Component {
  readonly name: string | null
  /** A team's slug. Null: it names none, or a person, whose name is not kept. */
  readonly owner: string | null
  readonly type: string | null
  readonly lifecycle: string | null
  readonly system: string | null
}

// https://backstage.io/docs/features/software-catalog/descriptor-format
/** @throws {Error} when the text is no YAML, or no entity in it has the expected shape */
export function parseCatalogInfo(text: string): CatalogInfo {
  const entities = parseDocuments(text)
    .map((document): unknown => document.toJS({ maxAliasCount: 100 }))
    .filter((value) => value !== null && value !== undefined)
    .map((value) => Metadata.parse(value))
  const component = entities.find(({ kind }) => kind === 'Component')
  const annotations = entities.flatMap(({ metadata }) => Object.entries(metadata.annotations ?? {}))
  return {
    component: component === undefined ? null : toComponent(component),
    annotations: Object.fromEntries(annotations.map(([key, value]) => [key, String(value)])),
  }
}

function toComponent({ metadata, spec }: z.output<typeof Metadata>): Component {
  return {
    name: metadata.name ?? null,
    owner: spec?.owner === undefined ? null : toTeam(spec.owner),
    type: spec?.type ?? null,
    lifecycle: spec?.lifecycle ?? null,
    system: spec?.system ?? null,
  }
}

/** `team-a` of `group:default/team-a`; null for a person. */
function toTeam(reference: string): string | null {
  const [, kind = 'group', name = ''] =
    /^(?:([^:/]+):)?(?:[^:/]+\/)?([^:/]+)$/.exec(reference.trim()) ?? []
  return kind.toLowerCase() === 'group' && name !== '' ? name : null
}

/** @throws {Error} naming the first fault and its line */
function parseDocuments(text: string) {
  const documents = parseAllDocuments(text, { strict: false, uniqueKeys: false })
  if (!Array.isArray(documents)) return []
  for (const { errors } of documents) {
    const [error] = errors
    if (error) throw new Error(error.message.split('\n')[0])
  }
  return documents
}
