import { promisify } from 'node:util'
import { constants, crc32, deflateRaw } from 'node:zlib'

const deflate = promisify(deflateRaw)

/**
 * Compresses `body` but for the `length` bytes at each of `places`, lowest first: what stands before
 * the first, between two, and after the last.
 */
export async function pack(
  body: Buffer,
  places: readonly number[],
  length: number,
): Promise<readonly Buffer[]> {
  const starts = [0, ...places.map((place) => place + length)]
  const texts = starts.map((start, index) => body.subarray(start, places[index]))
  return Promise.all(texts.map(packPiece))
}

/** To begin compressing costs more than so many bytes are worth. */
const MOST_STORED = 1024

async function packPiece(text: Buffer): Promise<Buffer> {
  if (text.length <= MOST_STORED) return storedBlock(text)
  // A full flush ends on a whole byte, and nothing after it looks back.
  return deflate(text, { finishFlush: constants.Z_FULL_FLUSH })
}

/** A header without a name or a time, of an unknown system: https://www.rfc-editor.org/rfc/rfc1952 */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
/** The last block, which is empty: https://www.rfc-editor.org/rfc/rfc1951#section-3.2.6 */
const END = Buffer.from([3, 0])

/** The gzip file of `body`, of which `pieces` are packed, and `filling` stands between them. */
export function gzipOf(pieces: readonly Buffer[], filling: string, body: Buffer): Buffer {
  const block = storedBlock(Buffer.from(filling))
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(body), 0)
  trailer.writeUInt32LE(body.length, 4)
  const blocks = pieces.flatMap((piece, index) => (index === 0 ? [piece] : [block, piece]))
  return Buffer.concat([HEADER, ...blocks, END, trailer])
}

/** Bytes as they are, at most 65535: https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4 */
function storedBlock(bytes: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt16LE(bytes.length, 1)
  head.writeUInt16LE(0xffff - bytes.length, 3)
  return Buffer.concat([head, bytes])
}
