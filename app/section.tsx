/** A part of a page under its own heading, which addresses can point to: `#retention`. */
export function Section({
  id,
  title,
  className = 'section',
  isShown = false,
  children,
}: {
  id: string
  title: string
  className?: string
  /** Of a page that is presented: this part fills the screen. */
  isShown?: boolean
  children: React.ReactNode
}) {
  return (
    <section className={className} aria-labelledby={id} data-shown={isShown || undefined}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  )
}
