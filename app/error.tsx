'use client'

/** The digest finds the cause in the server's log; the reader gets neither cause nor stack. */
export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : 'unknown'
  return (
    <div className="stack">
      <h1>This page could not be shown</h1>
      <p className="lead">
        The fault is ours, not yours. Whoever runs Desirepath finds its cause in the log of the
        server under this reference: <code>{digest}</code>
      </p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  )
}
