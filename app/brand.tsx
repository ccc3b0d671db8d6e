/** A paved way, and the line that people wear into the grass beside it. */
export function Brand() {
  return (
    <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
      <path d="M5 24V13a5 5 0 0 1 5-5h14" fill="none" stroke="var(--color-edge)" strokeWidth="4" />
      <path
        d="M5.5 24C8 17 13 17.5 16 12S20 4 24 2.5"
        fill="none"
        stroke="var(--color-voluntary)"
        strokeWidth="2.2"
        strokeDasharray="3.4 2.2"
        strokeLinecap="round"
      />
    </svg>
  )
}
