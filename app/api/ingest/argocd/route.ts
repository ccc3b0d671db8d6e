import { receive } from '#app/inbox.ts'
import { receiveToolEvent } from '#lib/commands/receive.ts'

export const POST = (request: Request): Promise<Response> =>
  receive((inbox) => receiveToolEvent(inbox, request, 'argocd'))
