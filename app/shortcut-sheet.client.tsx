'use client'

import { Dialog } from '@base-ui/react/dialog'

const SHORTCUTS = [
  ['Ctrl K', 'go to anything'],
  ['g o', 'Outcomes'],
  ['g p', 'Golden paths'],
  ['g t', 'Teams'],
  ['g r', 'Review'],
  ['g d', 'Data'],
  ['[ ]', 'one period back, one on'],
  ['q', 'this quarter'],
  ['w', '13 weeks'],
  ['c', 'compare with the time before'],
  ['y', 'compare with last year'],
  ['x', 'compare with nothing'],
  ['e', 'the rows behind a number'],
  ['i', 'what a number means'],
  ['v', 'charts as tables'],
  ['/', 'filter'],
  ['.', 'freshness of the sources'],
  ['← →', 'part by part, while presenting'],
  ['Esc', 'close'],
] as const

/** Every key, on one sheet. */
export function ShortcutSheet({ close }: { close: () => void }) {
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="palette-backdrop" />
        <Dialog.Popup className="palette px-6 py-5">
          <Dialog.Title className="mb-3">Shortcuts</Dialog.Title>
          <dl className="columns-1 gap-8 sm:columns-2">
            {SHORTCUTS.map(([keys, does]) => (
              <div key={keys} className="flex break-inside-avoid gap-3 py-0.5">
                <dt className="w-16 shrink-0">
                  <kbd>{keys}</kbd>
                </dt>
                <dd className="text-soft">{does}</dd>
              </div>
            ))}
          </dl>
          <Dialog.Close className="control mt-4">Close</Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
