import { listWebhooks, receive } from '#app/inbox.ts'
import { receiveGitHub } from '#lib/commands/receive.ts'

export const POST = (request: Request): Promise<Response> =>
  receive((inbox) => receiveGitHub(inbox, request, listWebhooks()))
