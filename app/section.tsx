/** A part of a page under its own heading, which addresses can point to: `#retention`. */
export function Section({
  id,
  title,
  className = 'section',
  children,
}: {
  id: string
  title: string
  className?: string
  children: React.ReactNode
}) {
  return (
    <section className={className} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  )
}
