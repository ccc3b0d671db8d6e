import { z } from 'zod'
import { PARAMETERS, ROUTES } from '#app/api/routes.ts'
import { Problem } from '#app/api/shapes.ts'

/** The OpenAPI 3.1 document of the API, made of the shapes that it answers with. */
export function toOpenApi(): object {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    uri: (id) => `#/components/schemas/${id}`,
  })
  return {
    openapi: '3.1.0',
    info: {
      title: 'Desirepath',
      version: '1',
      summary: 'Whether golden paths are the paths that teams walk.',
      description:
        'The same figures as the pages, under the same parameters. No figure is about a person.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(
      Object.entries(ROUTES).map(([path, route]) => [path, { get: operation(path, route) }]),
    ),
    components: {
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]),
      ),
    },
    security: [],
  }
}

function operation(
  path: string,
  { summary, parameters, item }: (typeof ROUTES)[keyof typeof ROUTES],
) {
  return {
    operationId: path
      .slice('/api/v1/'.length)
      .replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase()),
    summary,
    parameters: parameters.map((name) => ({
      name,
      in: 'query',
      required: name === 'ev',
      description: PARAMETERS[name],
      schema: { type: 'string' },
    })),
    responses: {
      200: {
        description: 'A list.',
        headers: { ETag: { description: 'Changes with the answer.', schema: { type: 'string' } } },
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['asOf', 'items'],
              properties: {
                asOf: { type: 'string', format: 'date-time' },
                items: { type: 'array', items: { $ref: refOf(item) } },
              },
            },
          },
        },
      },
      400: {
        description: 'A parameter means nothing here; the detail names it.',
        content: { 'application/problem+json': { schema: { $ref: refOf(Problem) } } },
      },
    },
  }
}

const refOf = (shape: z.ZodType) => `#/components/schemas/${shape.meta()?.id}`
