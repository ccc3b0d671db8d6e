/** Scrolls sideways on a narrow screen, by key as well: for a table without a link to reach it by. */
export function Scroll({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by key
    <section className="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
