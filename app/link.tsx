import NextLink from 'next/link'

/**
 * Loads its page when it is followed. Next would load whatever comes into view, and every page reads
 * a synchronous database.
 */
export function Link(properties: React.ComponentProps<typeof NextLink>) {
  return <NextLink prefetch={false} {...properties} />
}
