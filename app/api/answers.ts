import { createHash } from 'node:crypto'
import { currentView } from '#app/current-view.ts'
import { listRefused, readParameters, type Search } from '#app/url-state.ts'
import type { View } from '#app/view.ts'
import { withinOf } from '#app/within-load.ts'
import { problem } from '#lib/request-error.ts'

/** What an API request asks for, or the answer that refuses it. */
export type Asked =
  | { readonly view: View; readonly parameters: ReturnType<typeof readParameters> }
  | { readonly refusal: Response }

/** Reads the parameters of a request; what a page would answer with a notice is refused here. */
export function readRequest(request: Request, known: readonly string[]): Asked {
  const all = new URL(request.url).searchParams
  const search: Search = Object.fromEntries(all)
  const view = currentView(search, '/')
  const refused = new Set([
    ...[...all.keys()].filter((name) => !known.includes(name) || all.getAll(name).length > 1),
    ...listRefused(search).map(({ name }) => name),
    ...view.refused.map(({ name }) => name),
  ])
  if (refused.size > 0) {
    return { refusal: problem(400, `${[...refused].join(', ')}: means nothing here`) }
  }
  return { view, parameters: readParameters(search) }
}

/** The same of a request that may be limited to some teams. */
export async function readRequestWithin(request: Request, known: readonly string[]) {
  const asked = readRequest(request, known)
  if ('refusal' in asked) return asked
  const within = await withinOf(asked.view)
  if (within !== undefined) return { ...asked, within }
  return { refusal: problem(400, `in: ${asked.view.within}: no such group or team`) }
}

/** JSON with an `ETag`, so that who asks often is answered with 304 while nothing changes. */
export function answer(request: Request, body: unknown): Response {
  const text = JSON.stringify(body)
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'private, no-store',
    ETag: tag,
  }
  if (request.headers.get('If-None-Match') === tag) {
    return new Response(null, { status: 304, headers })
  }
  return new Response(text, { headers })
}
