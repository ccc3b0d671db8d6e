import { receive } from '#app/inbox.ts'
import { findSentEntity, readBodyRows, SENT_ENTITIES } from '#collectors/files/body.ts'
import { receiveRows } from '#lib/commands/receive.ts'
import { problem } from '#lib/request-error.ts'

export async function POST(
  request: Request,
  { params }: RouteContext<'/api/ingest/[entity]'>,
): Promise<Response> {
  const { entity: name } = await params
  const entity = findSentEntity(name)
  if (entity === undefined) {
    const taken = `${SENT_ENTITIES.join(', ')}; besides cloudevents, flux and argocd`
    return problem(404, `${name.slice(0, 100)}: rows of it are not taken, but of ${taken}`)
  }
  const check = (text: string) => {
    const { rows, faults } = readBodyRows(entity, text)
    return { rows: rows.length, faults }
  }
  return receive((inbox) => receiveRows(inbox, request, { name, check }))
}
