import { expect, test } from 'vitest'
import { readBody } from '#lib/request-body.ts'

function aRequest(body: ReadableStream, headers: Record<string, string> = {}): Request {
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' }
  return new Request('http://127.0.0.1/', init)
}

/** A body that comes in these pieces, and then ends or says nothing more. */
const inPieces = (pieces: readonly string[], isEnded: boolean) =>
  new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
      if (isEnded) controller.close()
    },
  })

test('a body is given as it was sent, up to the limit', async () => {
  const body = await readBody(aRequest(inPieces(['{"a":', ' 1}'], true)), { mostBytes: 8 })
  expect(new TextDecoder().decode(body)).toBe('{"a": 1}')
  await expect(
    readBody(aRequest(inPieces(['{"a":', ' 1}'], true)), { mostBytes: 7 }),
  ).rejects.toMatchObject({ status: 413 })
})

test('a body that says that it is longer is not waited for', async () => {
  const request = aRequest(inPieces([], false), { 'content-length': '8' })
  await expect(readBody(request, { mostBytes: 7 })).rejects.toMatchObject({ status: 413 })
})

test('who sends too slowly is given up', async () => {
  const request = aRequest(inPieces(['{'], false))
  await expect(readBody(request, { mostBytes: 7, deadlineMs: 20 })).rejects.toMatchObject({
    status: 408,
    message: 'the body was not there after 0.02 s',
  })
})
