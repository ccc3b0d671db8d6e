/** What a page says before anything was collected. */
export function EmptyDatabase() {
  return (
    <div className="stack">
      <h1>Nothing has been collected yet</h1>
      <p className="lead">
        Name your golden paths and sources in <code>desirepath.yaml</code>, then collect and score
        them. Local clones need no token; a first run takes a minute or two.
      </p>
      <pre>
        {['npx desirepath init', 'npx desirepath collect', 'npx desirepath score'].join('\n')}
      </pre>
      <p>Or look around first, in an invented organisation with two years of history:</p>
      <pre>npx desirepath demo create</pre>
    </div>
  )
}
