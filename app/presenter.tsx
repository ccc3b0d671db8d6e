import { Link } from '#app/link.tsx'
import type { Presentation } from '#app/presentation.ts'
import { hereWith, type View } from '#app/view.ts'

/** Ways from part to part of a page that is presented, and out of it; keys click them. */
export function Presenter({
  presentation: { slide, count },
  view,
}: {
  presentation: Presentation
  view: View
}) {
  const to = (number: number) => hereWith(view, { slide: number === 1 ? undefined : number })
  return (
    <nav className="presenter" aria-label="Parts">
      {slide > 1 && (
        <Link href={to(slide - 1)} data-key="ArrowLeft">
          Previous
        </Link>
      )}
      <span>
        {slide} of {count}
      </span>
      {slide < count && (
        <Link href={to(slide + 1)} data-key="ArrowRight">
          Next
        </Link>
      )}
      <Link href={hereWith(view, { present: undefined, slide: undefined })} data-key="Escape">
        Leave
      </Link>
    </nav>
  )
}
