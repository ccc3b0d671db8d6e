'use client'

import { Dialog } from '@base-ui/react/dialog'
import { Command } from 'cmdk'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'

interface Entry {
  readonly kind: string
  readonly name: string
  readonly href: string
  readonly words: string
}

/** Goes to any screen, team, path, metric, service or repository, or does what a button does. */
export function Palette({ close }: { close: () => void }) {
  const router = useRouter()
  const [entries, setEntries] = useState<readonly Entry[] | null>(null)
  const [query, setQuery] = useState('')
  useEffect(() => {
    fetch('/search/entries')
      .then((answer) => answer.json())
      .then(setEntries, () => setEntries([]))
  }, [])
  const go = (href: string) => {
    close()
    router.push(href)
  }
  const kinds = Map.groupBy(found(entries ?? [], query), ({ kind }) => kind)
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="palette-backdrop" />
        <Dialog.Popup className="palette" aria-label="Go to">
          <Command shouldFilter={false} label="Go to">
            <Command.Input
              value={query}
              onValueChange={setQuery}
              placeholder="A team, path, metric, repository, range or action"
            />
            <Command.List>
              <Command.Empty>
                {entries === null ? 'Reading what there is' : 'Nothing is called so'}
              </Command.Empty>
              {[...kinds].map(([kind, own]) => (
                <Command.Group key={kind} heading={kind}>
                  {own.map(({ name, href }) => (
                    <Command.Item key={href} value={`${kind} ${name}`} onSelect={() => go(href)}>
                      {name}
                    </Command.Item>
                  ))}
                </Command.Group>
              ))}
              <Ranges query={query} go={go} />
              <Actions query={query} close={close} />
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

const MOST = 40

function found(entries: readonly Entry[], query: string): Entry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const matching = entries.filter((entry) => words.every((word) => entry.words.includes(word)))
  return matching.slice(0, MOST)
}

/** A typed range: `q3`, `13w`, `2026-Q3`. */
function Ranges({ query, go }: { query: string; go: (href: string) => void }) {
  const range = toRange(query.trim())
  if (range === null) return null
  return (
    <Command.Group heading="Range">
      <Command.Item value={`range ${range}`} onSelect={() => go(withParameter('range', range))}>
        Show {range}
      </Command.Item>
    </Command.Group>
  )
}

function toRange(text: string): string | null {
  const [, quarter] = /^q([1-4])$/i.exec(text) ?? []
  if (quarter !== undefined) return `${new Date().getUTCFullYear()}-Q${quarter}`
  return /^(\d{1,3}[dwqy]|\d{4}(-Q[1-4]|-\d{2})?)$/.test(text) ? text : null
}

function withParameter(name: string, value: string): string {
  const address = new URL(location.href)
  address.searchParams.set(name, value)
  return `${address.pathname}${address.search}`
}

const ACTIONS = [
  { name: 'Compare with the time before', find: '[data-key="c"]' },
  { name: 'Compare with last year', find: '[data-key="y"]' },
  { name: 'Compare with nothing', find: '[data-key="x"]' },
  { name: 'Light or dark colours', find: '[data-command="theme"]' },
]

function Actions({ query, close }: { query: string; close: () => void }) {
  const words = query.toLowerCase()
  const offered = ACTIONS.filter(({ name }) => name.toLowerCase().includes(words))
  if (offered.length === 0) return null
  const run = (find: string) => {
    close()
    document.querySelector<HTMLElement>(find)?.click()
  }
  return (
    <Command.Group heading="Actions">
      {offered.map(({ name, find }) => (
        <Command.Item key={name} value={`action ${name}`} onSelect={() => run(find)}>
          {name}
        </Command.Item>
      ))}
    </Command.Group>
  )
}
