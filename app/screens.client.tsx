'use client'

import { usePathname, useSearchParams } from 'next/navigation'
import { Link } from '#app/link.tsx'
import type { ScreenLink } from '#app/screens.ts'

/** The way to every screen, for the same moment, range and comparison; the screen shown is marked. */
export function Screens({ screens }: { screens: readonly ScreenLink[] }) {
  const shown = usePathname()
  const query = keptQuery(useSearchParams())
  const links = (own: readonly ScreenLink[]) =>
    own.map((screen) => (
      <li key={screen.href} className={classOf(screen)}>
        <Link
          href={`${screen.href}${query}`}
          aria-current={currentOf(screens, shown, screen.href)}
          data-key={screen.keys}
        >
          {screen.name}
        </Link>
      </li>
    ))
  return (
    <nav aria-label="Screens">
      <ul>
        {links(screens)}
        <li className="only-narrow">
          <button type="button" className="more" popoverTarget="more-screens">
            More
          </button>
        </li>
      </ul>
      <div id="more-screens" popover="auto" className="panel">
        <ul className="stack [--gap-y:.5rem]">
          {screens
            .filter(({ isMinor }) => isMinor)
            .map(({ href, name }) => (
              <li key={href}>
                <Link href={`${href}${query}`}>{name}</Link>
              </li>
            ))}
          <li>
            <Link href="/search">Search</Link>
          </li>
        </ul>
      </div>
    </nav>
  )
}

/** What of the view goes with the reader from screen to screen; the page names what it refused. */
function keptQuery(asked: Pick<URLSearchParams, 'get'>): string {
  const kept = new URLSearchParams()
  for (const [name, form] of Object.entries(KEPT)) {
    const value = asked.get(name)
    if (value !== null && form.test(value)) kept.set(name, value)
  }
  const text = kept.toString()
  return text === '' ? '' : `?${text}`
}

const KEPT: Readonly<Record<string, RegExp>> = {
  asof: /^\d{4}-\d{2}-\d{2}$/,
  range: /^[\w.-]{1,30}$/,
  cmp: /^[\w-]{3,7}$/,
  in: /^(team|group):[\w.~/-]{1,200}$/,
}

function classOf({ isMinor, isBelow }: ScreenLink): string {
  return [isMinor && 'not-narrow', isBelow && 'below'].filter(Boolean).join(' ')
}

/** `page` on the screen itself, `true` on what lies below it and is no screen of its own. */
function currentOf(
  screens: readonly ScreenLink[],
  shown: string,
  href: string,
): 'page' | 'true' | undefined {
  if (shown === href) return 'page'
  const isOther = screens.some((other) => other.href === shown)
  return !isOther && href !== '/' && shown.startsWith(`${href}/`) ? 'true' : undefined
}
