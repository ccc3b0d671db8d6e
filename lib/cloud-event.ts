import { z } from 'zod'
import { parseJson, toMediaType, toText } from '#lib/request-body.ts'
import { RequestError } from '#lib/request-error.ts'

const LONGEST_NAME = 1000

const name = z
  .string('is missing')
  .min(1, 'is empty')
  .max(LONGEST_NAME, `is longer than ${LONGEST_NAME} characters`)

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
/** What an event must say of itself; its data, which it need not have, and all else come along. */
export const CloudEvent = z.looseObject({
  specversion: z.literal('1.0', 'expected "1.0"'),
  id: name,
  source: name,
  type: name,
})
export type CloudEvent = z.output<typeof CloudEvent>

const STRUCTURED = 'application/cloudevents+json'
const BATCH = 'application/cloudevents-batch+json'
const MOST_NAMED = 20

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
/**
 * The events of a request: one as a JSON object (structured), one in headers with its data as the
 * body (binary), or a list (batch). One that is faulty refuses all of them.
 *
 * @throws {RequestError} 415 for another form, 400 for what cannot be parsed, 422 for faulty events,
 *   which it names by their index from 0
 */
export function parseCloudEvents(headers: Headers, body: Uint8Array): CloudEvent[] {
  const type = toMediaType(headers.get('content-type'))
  if (type === BATCH) {
    const list = parseJson(toText(body))
    if (!Array.isArray(list)) throw new RequestError(400, 'a batch is a JSON list of events')
    return checkAll(list)
  }
  if (type === STRUCTURED) return checkAll([parseJson(toText(body))])
  if (type !== 'application/json' && !type.endsWith('+json')) {
    throw new RequestError(415, `expected ${STRUCTURED}, ${BATCH}, or JSON with ce- headers`)
  }
  if (!headers.has('ce-specversion')) {
    throw new RequestError(
      400,
      `no CloudEvent: there is no ce-specversion header; an event that is the body is sent as ${STRUCTURED}`,
    )
  }
  const attributes = [...headers]
    .filter(([header]) => header.startsWith('ce-'))
    .map(([header, value]) => [header.slice('ce-'.length), decode(value)])
  const data = body.length === 0 ? undefined : parseJson(toText(body))
  return checkAll([{ ...Object.fromEntries(attributes), data }])
}

/** Values in headers are percent-encoded where they are not plain ASCII. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function checkAll(values: readonly unknown[]): CloudEvent[] {
  const results = values.map((value) => CloudEvent.safeParse(value))
  const faults = results.flatMap(({ error }, index) =>
    error ? [`event ${index}: ${toWords(error)}`] : [],
  )
  if (faults.length > 0) throw new RequestError(422, toFewer(faults))
  return results.flatMap(({ data }) => data ?? [])
}

const toWords = ({ issues }: z.ZodError) =>
  issues.map(({ path, message }) => [...path, message].join(' ')).join(', ')

/** The first faults, and how many more there are. */
export function toFewer(faults: readonly string[]): string {
  const more = faults.length - MOST_NAMED
  return [...faults.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}
