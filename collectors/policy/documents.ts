import { gunzipSync } from 'node:zlib'
import { LineCounter, parseAllDocuments, type Document as YamlDocument } from 'yaml'
import { conftest } from '#collectors/policy/conftest.ts'
import type { Format, Origin, Part } from '#collectors/policy/finding.ts'
import { kyverno } from '#collectors/policy/kyverno.ts'
import { opaDecisions, opaEvaluation } from '#collectors/policy/opa.ts'
import { provenance } from '#collectors/policy/provenance.ts'
import { sarif } from '#collectors/policy/sarif.ts'
import { scorecard } from '#collectors/policy/scorecard.ts'

/** A file cannot be read as a whole, and why. */
export class UnreadableResults extends Error {}

const FORMATS: readonly Format[] = [
  sarif,
  scorecard,
  kyverno,
  provenance,
  opaDecisions,
  opaEvaluation,
  conftest,
]

/** Files larger than this, also once unpacked, are not read. */
export const LARGEST = 64 << 20

const READABLE = /\.(?:json|sarif|ya?ml|ndjson|jsonl)(?:\.gz)?$/i

export interface ReadDocument {
  readonly format: string
  /** Their places begin with the document's own where a file has several. */
  readonly parts: readonly Part[]
}

/** Everything that a file says. @throws {UnreadableResults} */
export function readDocuments(bytes: Buffer, origin: Origin): ReadDocument[] {
  const documents = parseFile(bytes, origin.file)
  return documents.map(({ where, value }) => {
    const format = FORMATS.find((one) => one.isOf(value))
    if (format === undefined) {
      const known = FORMATS.map(({ name }) => name).join(', ')
      throw new UnreadableResults(`${where}is of no format that we know, which are ${known}`)
    }
    const parts = format
      .read(value, origin)
      .map((part) => ({ ...part, where: `${where}${part.where}` }))
    return { format: format.name, parts }
  })
}

interface Document {
  /** `line 3: ` where a file has several; else empty. */
  readonly where: string
  readonly value: unknown
}

function parseFile(bytes: Buffer, file: string): Document[] {
  if (!READABLE.test(file)) {
    throw new UnreadableResults('expected .json, .sarif, .yaml, .yml, .ndjson or .jsonl, also .gz')
  }
  const text = toText(bytes, file)
  if (/\.ya?ml(?:\.gz)?$/i.test(file)) return parseYamlText(text)
  const whole = parseJson(text)
  if (whole !== undefined) return [{ where: '', value: whole }]
  return parseLines(text)
}

function toText(bytes: Buffer, file: string): string {
  if (!/\.gz$/i.test(file)) return decode(bytes)
  try {
    return decode(gunzipSync(bytes, { maxOutputLength: LARGEST }))
  } catch (cause) {
    throw new UnreadableResults('cannot be unpacked', { cause })
  }
}

const decode = (bytes: Buffer) => bytes.toString('utf8').replace(/^\uFEFF/, '')

/** The words of the parser quote the file, which may hold secrets: only code and line are told. */
function parseYamlText(text: string): Document[] {
  const lineCounter = new LineCounter()
  const settings = { logLevel: 'error', prettyErrors: false, lineCounter } as const
  const documents = parseAllDocuments(text, settings)
  return [...documents].flatMap((document, index) => {
    const [error] = document.errors
    if (error) {
      const { line } = lineCounter.linePos(error.pos[0])
      throw new UnreadableResults(`line ${line} is no YAML: ${error.code}`)
    }
    const value = toPlain(document)
    if (value === null || value === undefined) return []
    return [{ where: documents.length > 1 ? `document ${index + 1}: ` : '', value }]
  })
}

/** Only an alias fails here. */
function toPlain(document: Pick<YamlDocument, 'toJS'>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    const message = 'has an alias that expands without end, or stands for nothing'
    throw new UnreadableResults(message, { cause })
  }
}

/** Several lines of JSON, as logs have them. */
function parseLines(text: string): Document[] {
  const lines = text.split('\n').entries()
  return [...lines].flatMap(([index, line]) => {
    if (line.trim() === '') return []
    const value = parseJson(line)
    if (value === undefined) throw new UnreadableResults(`line ${index + 1} is no JSON`)
    return [{ where: `line ${index + 1}: `, value }]
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
