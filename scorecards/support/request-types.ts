import { REQUEST_TYPES, type RequestType } from '#lib/request-types.ts'

/** Null for no type, and for one that nobody has mapped to one of ours: it is not classified. */
export const requestTypeOf = (type: string | null): RequestType | null =>
  REQUEST_TYPES.find((known) => known === type) ?? null
