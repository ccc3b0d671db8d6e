import { CsvError, parse } from 'csv-parse/sync'
import type { TextRecord } from '#collectors/files/records.ts'

const DELIMITERS = [',', ';', '\t']

/** Of the line that holds the headers: whatever of comma, semicolon and tab it has most of. */
export function toDelimiter(line: string): string {
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ','
}

/** The cells of each record, or what is wrong with its quotes. One after the other, to save memory. */
export function* toCells(
  records: readonly TextRecord[],
  delimiter: string,
): Generator<readonly string[] | CsvError> {
  const quoted = records.filter(isQuoted)
  const parsed = (parseTogether(quoted, delimiter) ?? parseEach(quoted, delimiter)).values()
  for (const record of records) {
    yield isQuoted(record) ? (parsed.next().value ?? []) : record.text.split(delimiter)
  }
}

const isQuoted = ({ text }: TextRecord) => text.includes('"')

/** Undefined when the quotes of one are wrong: it could take others with it. */
function parseTogether(records: readonly TextRecord[], delimiter: string): string[][] | undefined {
  if (records.length === 0) return []
  const text = records.map((record) => record.text).join('\n')
  const parsed = parseText(text, delimiter)
  return parsed instanceof CsvError || parsed.length !== records.length ? undefined : parsed
}

const parseEach = (records: readonly TextRecord[], delimiter: string): (string[] | CsvError)[] =>
  records.map(({ text }) => {
    const parsed = parseText(text, delimiter)
    return parsed instanceof CsvError ? parsed : (parsed[0] ?? [])
  })

function parseText(text: string, delimiter: string): string[][] | CsvError {
  try {
    return parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true })
  } catch (error) {
    if (error instanceof CsvError) return error
    throw error
  }
}
