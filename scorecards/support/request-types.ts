/** What a request can be, in the order of the metric reference. */
export const REQUEST_TYPES = [
  'how_to',
  'access',
  'provisioning',
  'bug',
  'outage',
  'debugging',
  'feature_gap',
  'workflow_misfit',
  'upgrade',
  'compliance',
  'customisation',
  'exception',
  'onboarding',
  'coaching',
  'design',
  'other',
] as const
export type RequestType = (typeof REQUEST_TYPES)[number]

/** Null for no type, and for one that nobody has mapped to one of ours: it is not classified. */
export const requestTypeOf = (type: string | null): RequestType | null =>
  REQUEST_TYPES.find((known) => known === type) ?? null
