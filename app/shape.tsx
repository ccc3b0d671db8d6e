import type { Shape } from '#app/status.ts'

/** The shapes of status words and of states; 12 by 12, in the colour of what is around them. */
const DRAWINGS: Readonly<Record<string, React.ReactNode>> = {
  up: <path d="M6 1.5 11 10.5H1z" fill="currentColor" />,
  'up-outline': (
    <path d="M6 2.2 10.4 10H1.6z" fill="none" stroke="currentColor" strokeWidth="1.4" />
  ),
  down: <path d="M6 10.5 1 1.5h10z" fill="currentColor" />,
  'down-outline': (
    <path d="M6 9.8 1.6 2h8.8z" fill="none" stroke="currentColor" strokeWidth="1.4" />
  ),
  diamond: <path d="M6 .8 11.2 6 6 11.2.8 6z" fill="currentColor" />,
  ring: <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" strokeWidth="1.4" />,
  gap: <path d="M1 6h2.4M4.8 6h2.4M8.6 6H11" stroke="currentColor" strokeWidth="1.6" fill="none" />,
  bar: <path d="M2 6h8" stroke="currentColor" strokeWidth="1.6" />,
  half: (
    <>
      <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M6 1.6a4.4 4.4 0 0 0 0 8.8z" fill="currentColor" />
    </>
  ),
  clock: (
    <>
      <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M6 3.2V6l2 1.4" fill="none" stroke="currentColor" strokeWidth="1.4" />
    </>
  ),
  hatch: (
    <>
      <rect x="1.5" y="1.5" width="9" height="9" fill="none" stroke="currentColor" />
      <path d="M1.5 6 6 1.5M1.5 10.5l9-9M6 10.5 10.5 6" stroke="currentColor" />
    </>
  ),
  full: <circle cx="6" cy="6" r="5" fill="var(--fill, currentColor)" />,
  most: (
    <>
      <circle cx="6" cy="6" r="4.4" fill="none" stroke="var(--fill)" strokeWidth="1.4" />
      <path d="M6 1.6a4.4 4.4 0 0 0 0 8.8z" fill="var(--fill)" />
    </>
  ),
  some: (
    <>
      <circle cx="6" cy="6" r="4.4" fill="none" stroke="var(--fill)" strokeWidth="1.4" />
      <circle cx="6" cy="6" r="1.8" fill="var(--fill)" />
    </>
  ),
  left: (
    <path d="M2.2 2.2l7.6 7.6M9.8 2.2 2.2 9.8" stroke="var(--fill)" strokeWidth="2" fill="none" />
  ),
  empty: <circle cx="6" cy="6" r="4.4" fill="none" stroke="var(--fill)" strokeWidth="1.4" />,
  unknown: (
    <circle
      cx="6"
      cy="6"
      r="4.4"
      fill="none"
      stroke="var(--fill)"
      strokeWidth="1.4"
      strokeDasharray="2 2"
    />
  ),
  exempt: (
    <>
      <circle cx="6" cy="6" r="4.4" fill="none" stroke="var(--fill)" strokeWidth="1.4" />
      <path d="M3 9 9 3" stroke="var(--fill)" strokeWidth="1.4" />
    </>
  ),
  square: <rect x="1.5" y="1.5" width="9" height="9" fill="var(--fill)" />,
}

const OF_KEY: Readonly<Record<string, string>> = {
  adopted: 'full',
  voluntary: 'full',
  mandated: 'square',
  'origin-unknown': 'square',
  present: 'most',
  partial: 'most',
  trying: 'some',
  lapsed: 'left',
  eligible: 'empty',
  unknown: 'unknown',
  excepted: 'exempt',
  not_eligible: 'bar',
}

export function StatusShape({ shape }: { shape: Shape }) {
  return <Drawing name={shape} />
}

/** The shape of an adoption or usage state; `name` is the key of its word. */
export function StateShape({ name }: { name: string }) {
  return <Drawing name={OF_KEY[name] ?? 'unknown'} />
}

function Drawing({ name }: { name: string }) {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {DRAWINGS[name]}
    </svg>
  )
}
