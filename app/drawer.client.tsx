'use client'

import { useRouter } from 'next/navigation'
import { useLayoutEffect, useRef } from 'react'

/**
 * A panel over the page. The server sends it open; with a script it takes the focus, keeps it, and
 * closes by key or by a click beside it. Closing is going to `closeHref`, so the address says
 * whether it is open.
 */
export function Drawer({
  closeHref,
  labelledBy,
  children,
}: {
  closeHref: string
  labelledBy: string
  children: React.ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const router = useRouter()
  const close = () => router.push(closeHref, { scroll: false })
  // Closed before it leaves the page, so that the browser gives the focus back.
  useLayoutEffect(() => {
    const element = dialog.current
    if (element === null) return
    element.close()
    element.showModal()
    return () => element.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      open
      className="drawer"
      aria-labelledby={labelledBy}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
      onClick={(event) => {
        if (event.target === dialog.current && event.clientX < dialog.current.offsetLeft) close()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.stopPropagation()
      }}
    >
      {children}
    </dialog>
  )
}
