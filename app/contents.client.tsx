'use client'

import { useEffect, useRef, useState } from 'react'
import { readPlace } from '#app/reading-place.ts'

/** The parts of a page by name, in its order; the name of each is its heading. */
export type Parts = Readonly<Record<string, string>>

/**
 * What a long page holds, in view wherever its reader is: a line on a wide screen, a list behind a
 * button on a narrow one. With a script the part that is being read is marked.
 */
export function Contents({ parts }: { parts: Parts }) {
  const [read, setRead] = useState<string | null>(null)
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    const mark = () => setRead(placeOf(Object.keys(parts)))
    mark()
    addEventListener('scroll', mark, { passive: true })
    addEventListener('resize', mark)
    return () => {
      removeEventListener('scroll', mark)
      removeEventListener('resize', mark)
    }
  }, [parts])
  return (
    <nav className="page-contents" aria-label="On this page">
      <button type="button" className="control" popoverTarget="contents-list">
        <span className="eyebrow">On this page</span> {read === null ? '' : parts[read]}
      </button>
      <ul id="contents-list" popover="auto" className="panel" ref={list}>
        {Object.entries(parts).map(([id, name]) => (
          <li key={id}>
            <a
              href={`#${id}`}
              aria-current={read === id ? 'location' : undefined}
              onClick={() => list.current?.hidePopover()}
            >
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function placeOf(ids: readonly string[]): string | null {
  const headings = ids.map((id) => ({
    id,
    top: document.getElementById(id)?.getBoundingClientRect().top ?? Number.POSITIVE_INFINITY,
  }))
  const { scrollHeight } = document.documentElement
  const isAtEnd = scrollY > 0 && scrollY + innerHeight >= scrollHeight - 1
  return readPlace(headings, { height: innerHeight, isAtEnd })
}
