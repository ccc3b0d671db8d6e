/** What a request to a platform team can be, in the order of the metric reference. */
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
