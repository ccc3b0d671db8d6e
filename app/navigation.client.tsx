'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'

/** Follows links to other screens inside the page that is open. One listener serves all of them. */
export function Navigation() {
  const router = useRouter()
  useEffect(() => {
    const follow = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null
      if (link === null || !isPlainClick(event) || !isScreen(link)) return
      event.preventDefault()
      const { pathname, search, hash } = link
      router.push(`${pathname}${search}${hash}`, { scroll: link.dataset['scroll'] !== 'keep' })
    }
    document.addEventListener('click', follow)
    return () => document.removeEventListener('click', follow)
  }, [router])
  return null
}

/** Others open a tab or a window, or were dealt with already. */
const isPlainClick = ({
  button,
  altKey,
  ctrlKey,
  metaKey,
  shiftKey,
  defaultPrevented,
}: MouseEvent) => button === 0 && !(altKey || ctrlKey || metaKey || shiftKey || defaultPrevented)

/** Neither another host, nor a file, nor a place on the page that is open. */
function isScreen(link: HTMLAnchorElement): boolean {
  const isHere = link.pathname === location.pathname && link.search === location.search
  const isPlace = isHere && link.hash !== ''
  return (
    link.origin === location.origin &&
    !isPlace &&
    link.target === '' &&
    !link.hasAttribute('download')
  )
}
