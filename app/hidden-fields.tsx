import type { Parameters } from '#app/url-state.ts'
import { type View, viewParameters } from '#app/view.ts'

/** What a form must say again, so that sending it keeps the view; without what it asks itself. */
export function HiddenFields({ view, asks }: { view: View; asks: keyof Parameters }) {
  const kept = { ...view.kept, ...viewParameters(view), [asks]: undefined }
  return Object.entries(kept).map(
    ([name, value]) =>
      value !== undefined && <input key={name} type="hidden" name={name} value={String(value)} />,
  )
}
