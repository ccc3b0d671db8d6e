import { z } from 'zod'
import {
  CATALOGUE_FILES,
  catalogueReader,
  type Description,
} from '#collectors/evidence/catalogue.ts'
import type { UnreadableRecord } from '#collectors/evidence/walk.ts'
import { CODEOWNERS_FILES, ownersOfAll } from '#collectors/github/codeowners.ts'

const FILES = [...CATALOGUE_FILES, ...CODEOWNERS_FILES]

type OwnerFile = (typeof FILES)[number]

const aliasOf = (path: OwnerFile) => `file${FILES.indexOf(path)}`
const lastOf = (path: OwnerFile) => `last${FILES.indexOf(path)}`

/** What the files of the main line say about an owner, and which commit touched each last. */
export const OWNER_FILES = `query OwnerFiles($owner: String!, $name: String!, $history: Boolean = true) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    ${FILES.map((path) => `${aliasOf(path)}: object(expression: "HEAD:${path}") { ... on Blob { text isTruncated } }`).join('\n    ')}
    defaultBranchRef @include(if: $history) { target { ... on Commit { ${FILES.map((path) => `${lastOf(path)}: history(first: 1, path: "${path}") { nodes { oid } }`).join(' ')} } } }
  }
}`

const Blob = z
  .object({ text: z.string().nullish(), isTruncated: z.boolean().optional() })
  .nullable()

const Last = z.object({ nodes: z.array(z.object({ oid: z.string() })) })

const ofEach = <Shape>(nameOf: (path: OwnerFile) => string, shape: Shape) =>
  Object.fromEntries(FILES.map((path) => [nameOf(path), shape]))

export const OwnerFilesAnswer = z.object({
  repository: z.intersection(
    z.object(ofEach(aliasOf, Blob)),
    z.object({
      defaultBranchRef: z.object({ target: z.object(ofEach(lastOf, Last)) }).optional(),
    }),
  ),
})

export interface OwnerFiles {
  readonly descriptions: readonly Description[]
  readonly codeowners: readonly string[] | null
  /** Catalogue files that are there and cannot be read: what they say is unknown. */
  readonly unreadable: readonly UnreadableRecord[]
  /** The commit that touched each file last, where any did; null: not asked for. */
  readonly last: Readonly<Partial<Record<OwnerFile, string>>> | null
}

export function readOwnerFiles({ repository }: z.output<typeof OwnerFilesAnswer>): OwnerFiles {
  const textOf = (path: OwnerFile) => repository[aliasOf(path)]?.text ?? null
  const found = CODEOWNERS_FILES.map(textOf).find((text) => text !== null)
  const codeowners = found === undefined ? null : ownersOfAll(found)
  const descriptions: Description[] = []
  const unreadable: UnreadableRecord[] = []
  for (const file of CATALOGUE_FILES) {
    const text = textOf(file)
    if (text === null) continue
    try {
      const component = catalogueReader(file)?.read(text).component ?? null
      if (component !== null) descriptions.push({ file, component })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      unreadable.push({ kind: 'unreadable', file, reason })
    }
  }
  return { descriptions, codeowners, unreadable, last: findLast(repository.defaultBranchRef) }
}

function findLast(
  branch: z.output<typeof OwnerFilesAnswer>['repository']['defaultBranchRef'],
): OwnerFiles['last'] {
  if (branch === undefined) return null
  const touched = FILES.flatMap((path) => {
    const [commit] = branch.target[lastOf(path)]?.nodes ?? []
    return commit === undefined ? [] : [[path, commit.oid]]
  })
  return Object.fromEntries(touched)
}
