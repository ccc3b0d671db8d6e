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
  /** Files that are there and cannot be read: what they say is unknown. */
  readonly unreadable: readonly UnreadableRecord[]
  /** The commit that touched each file last, where any did; null: not asked for. */
  readonly last: Readonly<Partial<Record<OwnerFile, string>>> | null
}

export function readOwnerFiles({ repository }: z.output<typeof OwnerFilesAnswer>): OwnerFiles {
  const unreadable: UnreadableRecord[] = []
  const read = <T>(file: OwnerFile, reader: (text: string) => T): T | null => {
    try {
      const text = toText(repository[aliasOf(file)] ?? null)
      return text === null ? null : reader(text)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      unreadable.push({ kind: 'unreadable', file, reason })
      return null
    }
  }
  const descriptions = CATALOGUE_FILES.flatMap((file) => {
    const component = read(file, (text) => catalogueReader(file)?.read(text).component)
    return component ? [{ file, component }] : []
  })
  const codeownersFile = CODEOWNERS_FILES.find((file) => isFile(repository[aliasOf(file)] ?? null))
  const codeowners = codeownersFile === undefined ? null : read(codeownersFile, ownersOfAll)
  return { descriptions, codeowners, unreadable, last: findLast(repository.defaultBranchRef) }
}

/** A folder of that name has no text at all. */
const isFile = (blob: z.output<typeof Blob>) => blob !== null && blob.text !== undefined

/** Null: there is no such file. @throws {Error} when it is there, and GitHub does not give all of its text */
function toText(blob: z.output<typeof Blob>): string | null {
  if (blob === null || blob.text === undefined) return null
  if (blob.text === null || blob.isTruncated) {
    throw new Error('GitHub does not give all of its text: it is too large, or is no text')
  }
  return blob.text
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
