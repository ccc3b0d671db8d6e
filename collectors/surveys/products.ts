import type { Row } from '#collectors/surveys/table.ts'
import type { PRODUCTS } from '#lib/survey-profile.ts'

type ProductName = (typeof PRODUCTS)[number]

/** How a product writes its exports. */
export interface Product {
  readonly name: ProductName
  /** Rows before the first answer. */
  readonly headerRows: 1 | 2
  /** The column that names an answer; null: none does. */
  readonly id: string | null
  /** The column that says when it was given. */
  readonly submitted: string | null
  /** Zone of these times where the product says so. */
  readonly timezone: string | null
  /** Whether these are the headers of its exports. */
  readonly isOf: (headers: readonly string[]) => boolean
}

const startsWith =
  (...names: readonly string[]) =>
  (headers: readonly string[]) =>
    names.every((name, index) => headers[index]?.toLowerCase() === name)

const PRODUCT_LIST: readonly Product[] = [
  {
    name: 'surveymonkey',
    headerRows: 2,
    id: 'Respondent ID',
    submitted: 'End Date',
    timezone: null,
    isOf: startsWith('respondent id', 'collector id'),
  },
  {
    name: 'google-forms',
    headerRows: 1,
    id: null,
    submitted: 'Timestamp',
    timezone: null,
    isOf: startsWith('timestamp'),
  },
  {
    name: 'typeform',
    headerRows: 1,
    id: '#',
    submitted: 'Submit Date (UTC)',
    timezone: 'UTC',
    isOf: (headers) => headers[0] === '#' && headers.includes('Submit Date (UTC)'),
  },
  {
    name: 'microsoft-forms',
    headerRows: 1,
    id: 'ID',
    submitted: 'Completion time',
    timezone: null,
    isOf: startsWith('id', 'start time', 'completion time'),
  },
  {
    name: 'other',
    headerRows: 1,
    id: null,
    submitted: null,
    timezone: null,
    isOf: () => false,
  },
]

/** The product that is named, else the one whose headers these are. */
export function toProduct(
  name: ProductName | undefined,
  rows: readonly Row[],
): Product | undefined {
  const headers = (rows[0]?.cells ?? []).map((cell) => cell.trim())
  return PRODUCT_LIST.find((one) => (name === undefined ? one.isOf(headers) : one.name === name))
}
