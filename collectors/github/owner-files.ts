import { z } from 'zod'
import type { UnreadableRecord } from '#collectors/evidence/walk.ts'
import { CATALOG_FILE } from '#collectors/evidence/watch.ts'
import { type Component, parseCatalogInfo } from '#collectors/evidence/workflow.ts'
import { CODEOWNERS_FILES, ownersOfAll } from '#collectors/github/codeowners.ts'

const TEXT = '... on Blob { text isTruncated }'

/** What the files of the main line say about an owner. */
export const OWNER_FILES = `query OwnerFiles($owner: String!, $name: String!) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    catalogue: object(expression: "HEAD:${CATALOG_FILE}") { ${TEXT} }
    first: object(expression: "HEAD:${CODEOWNERS_FILES[0]}") { ${TEXT} }
    second: object(expression: "HEAD:${CODEOWNERS_FILES[1]}") { ${TEXT} }
    third: object(expression: "HEAD:${CODEOWNERS_FILES[2]}") { ${TEXT} }
  }
}`

const Blob = z
  .object({ text: z.string().nullish(), isTruncated: z.boolean().optional() })
  .nullable()

export const OwnerFilesAnswer = z.object({
  repository: z.object({ catalogue: Blob, first: Blob, second: Blob, third: Blob }),
})

export interface OwnerFiles {
  readonly component: Component | null
  readonly codeowners: readonly string[] | null
  /** Set when the catalogue file is there and cannot be read; the component is then unknown. */
  readonly unreadable: UnreadableRecord | null
}

export function readOwnerFiles({ repository }: z.output<typeof OwnerFilesAnswer>): OwnerFiles {
  const { catalogue, first, second, third } = repository
  const found = [first, second, third].find((blob) => typeof blob?.text === 'string')
  const codeowners =
    found?.text === undefined || found.text === null ? null : ownersOfAll(found.text)
  if (typeof catalogue?.text !== 'string') return { component: null, codeowners, unreadable: null }
  try {
    const { component } = parseCatalogInfo(catalogue.text)
    return { component, codeowners, unreadable: null }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const unreadable = { kind: 'unreadable', file: CATALOG_FILE, reason } as const
    return { component: null, codeowners, unreadable }
  }
}
