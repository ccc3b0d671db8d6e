import type { CsvError } from 'csv-parse/sync'

/** In words that fit any place: the error itself counts lines of a part. */
export function toQuoteFault({ code }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a cell opens a quote and never closes it'
  if (code === 'CSV_INVALID_CLOSING_QUOTE') return 'a cell goes on after its closing quote'
  return 'a quote stands inside a cell; put the cell in quotes and write each quote in it twice'
}
