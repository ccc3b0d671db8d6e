import { answer } from '#app/api/answers.ts'
import { toOpenApi } from '#app/api/openapi.ts'

export const dynamic = 'force-dynamic'

export const GET = (request: Request): Response => answer(request, toOpenApi())
