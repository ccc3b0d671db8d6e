import { REQUEST_TYPES, type RequestType } from '#lib/request-types.ts'
import { periodOf, type Span } from '#scorecards/delivery/production.ts'
import type { Computed, EvidenceKind, TableMetric } from '#scorecards/measure.ts'
import type { TypedRequest } from '#scorecards/metrics/support-requests-per-week.ts'
import { proportionOfGroups } from '#scorecards/proportion.ts'
import { requestTypeOf } from '#scorecards/support/request-types.ts'
import { openedIn, setOutside } from '#scorecards/support/requests.ts'

export interface RequestMix extends Span {
  /** Requests about the path, and those that nobody has attributed to one. */
  readonly requests: readonly TypedRequest[]
}

const WINDOW_DAYS = 91
const MINIMUM = 20

export const supportRequestMix: TableMetric<RequestMix> = {
  definition: {
    id: 'SUP-03',
    key: 'request_type_mix',
    name: 'Support request mix',
    area: 'support load',
    unit: 'fraction of requests',
    direction: 'none',
    definition: 'What requests about the path are about: the share of each type.',
    formula:
      'requests of the type / requests with a type, one result for each type, the largest first; ' +
      'beside it classifiedShare, requests with a type / all of them. Types: how_to, access, ' +
      'provisioning, bug, outage, debugging, feature_gap, workflow_misfit, upgrade, compliance, ' +
      'customisation, exception, onboarding, coaching, design and other',
    eligibleSet: 'Requests as in SUP-01.',
    window: 'Opened in 91 days.',
    minimumSample: '20 requests with a type.',
    missingData:
      'A request without a type, or with one that nobody has mapped to one of these, is in no share ' +
      'and is reported with bounds; more than 20 % of them make the status source_partial, and ' +
      'where less than 70 % have a type no diagnosis uses the mix. So is one that names neither a ' +
      'team nor a group.',
    interval: 'Wilson score, 95 %.',
    bands: 'None: no mix is the right one.',
    misleadsWhen:
      'Labels given by rules drift; one label for a request hides what else it is about.',
    guardrails: ['SUP-01'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  computeCells(input) {
    const rows = openedIn(input.requests, periodOf(input, WINDOW_DAYS)).map(toRow)
    const groups = [...Map.groupBy(rows, ({ outside, type }) => outside ?? type).values()]
    const parts = { classifiedShare: classifiedShare(rows) }
    return REQUEST_TYPES.map((type) => ({ type, cell: { ...toCell(type, groups), parts } }))
      .toSorted(largestFirst)
      .map(({ cell }) => ({ ...cell, ...(input.window && { window: input.window }) }))
  },
}

interface Row {
  readonly id: string
  readonly type: RequestType | null
  /** Null when it is in the scope of every type. */
  readonly outside: EvidenceKind | null
}

const toRow = (request: TypedRequest): Row => ({
  id: request.id,
  type: requestTypeOf(request.type),
  outside: setOutside(request),
})

/** Rows of one group are told apart by nothing but their ids. */
function toCell(type: RequestType, groups: readonly (readonly Row[])[]): Computed {
  const sorted = groups.flatMap((rows) =>
    rows[0] === undefined ? [] : [{ kind: setOf(rows[0], type), rows }],
  )
  const cell = proportionOfGroups(sorted, {
    cutPoints: null,
    valueFrom: MINIMUM,
    bandFrom: MINIMUM,
  })
  return { ...cell, parameters: { type } }
}

function setOf({ outside, type }: Row, ofCell: RequestType): EvidenceKind {
  if (outside !== null) return outside
  if (type === null) return 'unknown'
  return type === ofCell ? 'counted' : 'not_counted'
}

/** Null without requests. */
function classifiedShare(rows: readonly Row[]): number | null {
  const asked = rows.filter(({ outside }) => outside === null)
  const classified = asked.filter(({ type }) => type !== null).length
  return asked.length === 0 ? null : classified / asked.length
}

/** Types that are as large as each other keep the order of the list. */
const largestFirst = (a: { readonly cell: Computed }, b: { readonly cell: Computed }) =>
  (b.cell.numerator ?? 0) - (a.cell.numerator ?? 0)
