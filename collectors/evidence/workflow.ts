import { type Document, isAlias, isMap, isScalar, type Node, visit } from 'yaml'
import { parseDocuments } from '#collectors/evidence/catalogue.ts'
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
