/** Raised when the way from facts to metrics changes; a definition has its own version. */
export const ENGINE_VERSION = '1.3.0'
