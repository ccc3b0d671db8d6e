import { receive } from '#app/inbox.ts'
import { receiveCloudEvents } from '#lib/commands/receive.ts'

export const POST = (request: Request): Promise<Response> =>
  receive((inbox) => receiveCloudEvents(inbox, request))
