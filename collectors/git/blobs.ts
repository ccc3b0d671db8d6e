import type { Readable } from 'node:stream'
import { type BlobContent, LARGEST_BLOB } from '#collectors/evidence/readings.ts'
import { exitOf, type GitPlace, startGit } from '#collectors/git/git.ts'
import { giveSignOfLife } from '#lib/sign-of-life.ts'

/**
 * Reads `blobs` in one process and hands each to `visit`, one at a time, in their order.
 *
 * @throws {GitError} when git ends before it has answered
 */
export async function readBlobs(
  place: GitPlace,
  blobs: readonly string[],
  visit: (blob: string, content: BlobContent) => void,
): Promise<void> {
  if (blobs.length === 0) return
  const args = ['cat-file', '--batch', '--buffer']
  const child = startGit(place, args)
  const ended = exitOf(child, args)
  // Git may end early; the reason is in what it says, not in the broken pipe.
  child.stdin.on('error', () => {})
  child.stdin.end(blobs.map((blob) => `${blob}\n`).join(''))
  try {
    const reader = new BatchReader(child.stdout)
    for (const blob of blobs) visit(blob, await reader.next())
    await ended
  } catch (error) {
    await ended
    throw error
  } finally {
    child.kill()
    await ended.catch(() => {})
  }
}

/** Reads answers of `cat-file --batch`: a header line, then that many bytes and a line feed. */
class BatchReader {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  async next(): Promise<BlobContent> {
    const [, type, size] = (await this.#line()).split(' ')
    if (type === 'missing' || size === undefined) return { text: null, why: 'missing' }
    const bytes = Number(size)
    if (bytes > LARGEST_BLOB) {
      await this.#skip(bytes + 1)
      return { text: null, why: 'too large' }
    }
    const content = await this.#take(bytes + 1)
    return { text: content.toString('utf8', 0, bytes) }
  }

  async #line(): Promise<string> {
    for (let end = this.#rest.indexOf(10); ; end = this.#rest.indexOf(10)) {
      if (end !== -1) return (await this.#take(end + 1)).toString('utf8', 0, end)
      this.#rest = Buffer.concat([this.#rest, await this.#more()])
    }
  }

  async #take(bytes: number): Promise<Buffer> {
    const parts = [this.#rest]
    for (let have = this.#rest.length; have < bytes; ) {
      const more = await this.#more()
      parts.push(more)
      have += more.length
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts)
    this.#rest = all.subarray(bytes)
    return all.subarray(0, bytes)
  }

  async #skip(bytes: number): Promise<void> {
    let left = bytes - this.#rest.length
    let last = this.#rest
    while (left > 0) {
      last = await this.#more()
      left -= last.length
    }
    this.#rest = last.subarray(last.length + left)
  }

  async #more(): Promise<Buffer> {
    const { done, value } = await this.#chunks.next()
    if (done) throw new Error('git cat-file ended early')
    giveSignOfLife()
    return value
  }
}
