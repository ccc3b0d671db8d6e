/**
 * An ordinary link, of which a page may have hundreds. `navigation.client.tsx` follows it without
 * loading the whole page anew; without a script the browser does.
 */
export function Link({
  scroll = true,
  ...anchor
}: React.ComponentProps<'a'> & {
  readonly href: string
  /** False: the page stays where it is, for what opens beside it. */
  readonly scroll?: boolean
}) {
  return <a data-scroll={scroll ? undefined : 'keep'} {...anchor} />
}
