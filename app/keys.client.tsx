'use client'

import dynamic from 'next/dynamic'
import { useEffect, useRef, useState } from 'react'

const Palette = dynamic(() => import('#app/palette.client.tsx').then((all) => all.Palette))
const ShortcutSheet = dynamic(() =>
  import('#app/shortcut-sheet.client.tsx').then((all) => all.ShortcutSheet),
)

type Open = 'palette' | 'sheet' | null

/**
 * The keyboard. A key clicks what says that it is its key (`data-key="w"`, `data-key="g t"`), so
 * whatever a key can do, a pointer can, too.
 */
export function Keys() {
  const [open, setOpen] = useState<Open>(null)
  const before = useRef('')
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const sheet = openedBy(event)
      if (sheet !== null) setOpen(sheet)
      const isDone = sheet !== null || (isPlain(event) && actOn(keyOf(event)))
      if (isDone) event.preventDefault()
    }
    const actOn = (key: string) => {
      const keys = before.current === 'g' ? `g ${key}` : key
      before.current = key
      return act(keys)
    }
    document.addEventListener('keydown', press)
    // Before that a key does nothing; whoever drives the page can wait for it.
    document.documentElement.dataset['keys'] = 'heard'
    return () => document.removeEventListener('keydown', press)
  }, [])
  const close = () => setOpen(null)
  return (
    <>
      <button type="button" className="plain-button" onClick={() => setOpen('palette')}>
        Go to <kbd>Ctrl K</kbd>
      </button>
      <button type="button" className="plain-button" onClick={() => setOpen('sheet')}>
        Shortcuts <kbd>?</kbd>
      </button>
      {open === 'palette' && <Palette close={close} />}
      {open === 'sheet' && <ShortcutSheet close={close} />}
    </>
  )
}

function openedBy(event: KeyboardEvent): Open {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') return 'palette'
  return event.key === '?' && !isTyping(event.target) ? 'sheet' : null
}

const isPlain = ({ ctrlKey, metaKey, altKey, target }: KeyboardEvent) =>
  !(ctrlKey || metaKey || altKey || isTyping(target))

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('input, textarea, select, dialog[cmdk]') !== null

/** Where parts of a page are shown one by one, keys that page go on at the end of each. */
function keyOf({ key, shiftKey, target }: KeyboardEvent): string {
  const isBack = key === 'PageUp' || (key === ' ' && shiftKey)
  const isOn = key === 'PageDown' || (key === ' ' && !shiftKey)
  if (isBack && scrollY === 0) return 'ArrowLeft'
  const isAtEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 1
  return isOn && isAtEnd && !isPressable(target) ? 'ArrowRight' : key
}

const isPressable = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('button, summary') !== null

function act(keys: string): boolean {
  if (keys === 'v') return toggleTables()
  if (keys === 'Escape' && document.querySelector('[role="dialog"], :popover-open')) return false
  const all = [...document.querySelectorAll<HTMLElement>(`[data-key="${CSS.escape(keys)}"]`)]
  const found = nearest(all)
  if (found === undefined) return false
  if (found instanceof HTMLInputElement) found.focus()
  else found.click()
  return true
}

/** Of several with one key, the one beside the focus; in a drawer only its own. */
function nearest(all: readonly HTMLElement[]): HTMLElement | undefined {
  const dialog = document.querySelector('dialog:modal')
  const own = dialog === null ? all : all.filter((one) => dialog.contains(one))
  const beside = document.activeElement?.closest('article, section')
  return own.find((one) => beside?.contains(one)) ?? own[0]
}

/** Every chart shows its table, or hides it again. */
function toggleTables(): boolean {
  const tables = [...document.querySelectorAll<HTMLDetailsElement>('figure details')]
  const show = tables.some(({ open }) => !open)
  for (const table of tables) table.open = show
  return tables.length > 0
}
