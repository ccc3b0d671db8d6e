import { z } from 'zod'
import {
  CATALOGUE_FILES,
  catalogueReader,
  type Description,
} from '#collectors/evidence/catalogue.ts'
import type { UnreadableRecord } from '#collectors/evidence/walk.ts'
import { CODEOWNERS_FILES, ownersOfAll } from '#collectors/github/codeowners.ts'

const FILES = [...CATALOGUE_FILES, ...CODEOWNERS_FILES]

const aliasOf = (path: (typeof FILES)[number]) => `file${FILES.indexOf(path)}`

/** What the files of the main line say about an owner. */
export const OWNER_FILES = `query OwnerFiles($owner: String!, $name: String!) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    ${FILES.map((path) => `${aliasOf(path)}: object(expression: "HEAD:${path}") { ... on Blob { text isTruncated } }`).join('\n    ')}
  }
}`

const Blob = z
  .object({ text: z.string().nullish(), isTruncated: z.boolean().optional() })
  .nullable()

export const OwnerFilesAnswer = z.object({
  repository: z.object(Object.fromEntries(FILES.map((path) => [aliasOf(path), Blob]))),
})

export interface OwnerFiles {
  readonly descriptions: readonly Description[]
  readonly codeowners: readonly string[] | null
  /** Catalogue files that are there and cannot be read: what they say is unknown. */
  readonly unreadable: readonly UnreadableRecord[]
}

export function readOwnerFiles({ repository }: z.output<typeof OwnerFilesAnswer>): OwnerFiles {
  const textOf = (path: (typeof FILES)[number]) => repository[aliasOf(path)]?.text ?? null
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
  return { descriptions, codeowners, unreadable }
}
