import { promisify } from 'node:util'
import { constants, crc32, deflateRaw } from 'node:zlib'

const deflate = promisify(deflateRaw)

/** The pieces of a text with `filling` between them. */
export function fill(pieces: readonly Buffer[], filling: Buffer): Buffer {
  return Buffer.concat(pieces.flatMap((piece, index) => (index === 0 ? [piece] : [filling, piece])))
}

/** Compresses pieces, each on its own, so that anything may stand between them. */
export const pack = (pieces: readonly Buffer[]): Promise<readonly Buffer[]> =>
  Promise.all(pieces.map(packPiece))

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

/** The gzip file of `pieces` with `filling` between them; `packed` are the same, compressed. */
export function gzipOf(
  pieces: readonly Buffer[],
  packed: readonly Buffer[],
  filling: Buffer,
): Buffer {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(checksum(pieces, filling), 0)
  trailer.writeUInt32LE(
    pieces.reduce((sum, { length }) => sum + length, (pieces.length - 1) * filling.length),
    4,
  )
  return Buffer.concat([HEADER, fill(packed, storedBlock(filling)), END, trailer])
}

/** Of the whole, without putting it together. */
const checksum = (pieces: readonly Buffer[], filling: Buffer) =>
  pieces.reduce((sum, piece, index) => crc32(piece, index === 0 ? 0 : crc32(filling, sum)), 0)

/** Bytes as they are, at most 65535: https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4 */
function storedBlock(bytes: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt16LE(bytes.length, 1)
  head.writeUInt16LE(0xffff - bytes.length, 3)
  return Buffer.concat([head, bytes])
}
