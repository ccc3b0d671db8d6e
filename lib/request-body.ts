import { RequestError } from '#lib/request-error.ts'

const DEADLINE_MS = 30_000

export interface BodyLimits {
  readonly mostBytes: number
  /** Who has not sent everything by then is given up. */
  readonly deadlineMs?: number
}

/**
 * The whole body, exactly as it was sent.
 *
 * @throws {RequestError} 413 when it is larger, said or not; 415 when it is compressed; 408 when it
 *   does not come
 */
export async function readBody(
  request: Request,
  { mostBytes, deadlineMs = DEADLINE_MS }: BodyLimits,
): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding') ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') {
    throw new RequestError(415, 'the body is compressed; send it as it is')
  }
  const tooLarge = () => new RequestError(413, `the body is larger than ${mostBytes} bytes`)
  if (Number(request.headers.get('content-length') ?? 0) > mostBytes) throw tooLarge()
  if (request.body === null) return new Uint8Array()
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
  const late = lateAfter(deadlineMs)
  try {
    const chunks: Uint8Array[] = []
    let size = 0
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late.happens])
      if (done) return Buffer.concat(chunks)
      size += value.byteLength
      if (size > mostBytes) throw tooLarge()
      chunks.push(value)
    }
  } catch (error) {
    reader.cancel().catch(() => {})
    throw error
  } finally {
    late.stop()
  }
}

function lateAfter(ms: number): { happens: Promise<never>; stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  const happens = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => {
      refuse(new RequestError(408, `the body was not there after ${ms / 1000} s`))
    }, ms)
  })
  // Nobody may be waiting when it is late.
  happens.catch(() => {})
  return { happens, stop: () => clearTimeout(timer) }
}

/** @throws {RequestError} 400 when the bytes are not UTF-8 */
export function toText(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (cause) {
    throw new RequestError(400, 'the body is not UTF-8 text', { cause })
  }
}

/** @throws {RequestError} 400 when the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RequestError(400, 'the body is not JSON', { cause })
  }
}

/** The media type without its parameters, in lower case; empty when there is none. */
export const toMediaType = (header: string | null) =>
  (header ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
