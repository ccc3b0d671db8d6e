'use client'

import { useState } from 'react'

const NEXT = { system: 'dark', dark: 'light', light: 'system' } as const
type Choice = keyof typeof NEXT
const YEAR_SECONDS = 365 * 24 * 60 * 60

/** Light, dark, or as the system has it; the choice is a cookie, so that no page flashes. */
export function ThemeButton({ chosen }: { chosen: Exclude<Choice, 'system'> | undefined }) {
  const [choice, setChoice] = useState<Choice>(chosen ?? 'system')
  const choose = () => {
    const next = NEXT[choice]
    const root = document.documentElement
    if (next === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = next
    const age = next === 'system' ? 0 : YEAR_SECONDS
    // biome-ignore lint/suspicious/noDocumentCookie: CookieStore is not everywhere yet
    document.cookie = `theme=${next}; path=/; max-age=${age}; samesite=lax`
    setChoice(next)
  }
  return (
    <button type="button" className="plain-button" onClick={choose} data-command="theme">
      Colours <span className="note">{choice}</span>
    </button>
  )
}
