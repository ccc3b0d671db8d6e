'use client'

import { usePathname, useSearchParams } from 'next/navigation'
import { Link } from '#app/link.tsx'

export interface ScreensProps {
  readonly screens: readonly { readonly href: string; readonly name: string }[]
}

/** The way to every screen, for the same moment; the screen shown is marked. */
export function Screens({ screens }: ScreensProps) {
  const shown = usePathname()
  const asked = useSearchParams().get('asof')
  // Other values were refused by the page: see `readAsOf`.
  const query = asked !== null && DAY.test(asked) ? `?asof=${asked}` : ''
  return (
    <nav aria-label="Screens">
      <ul className="plain">
        {screens.map(({ href, name }) => (
          <li key={href}>
            <Link href={`${href}${query}`} aria-current={currentOf(shown, href)}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** `page` on the screen itself, `true` on what lies below it. */
function currentOf(shown: string, href: string): 'page' | 'true' | undefined {
  if (shown === href) return 'page'
  return href !== '/' && shown.startsWith(`${href}/`) ? 'true' : undefined
}
