import { untilWritten } from '#app/database.ts'
import { emptyWords, type Lacking } from '#app/empty-words.ts'
import { Link } from '#app/link.tsx'
import { listSourceHealth } from '#lib/queries/data-health.ts'

/** What a page says while the database lacks what it is about: before the first run, or after it. */
export async function EmptyDatabase({ lacks }: { lacks: Lacking | 'sources' }) {
  const sources = await untilWritten(listSourceHealth)
  if (sources.length === 0 || lacks === 'sources') return <NothingCollected />
  const { title, sentence } = emptyWords(lacks, sources.length)
  return (
    <div className="stack">
      <h1>{title}</h1>
      <p className="lead">{sentence}</p>
      <Commands of={['collect', 'score']} />
      <p>
        What each source has told so far is under <Link href="/data">Data</Link>.
      </p>
    </div>
  )
}

function NothingCollected() {
  return (
    <div className="stack">
      <h1>Nothing has been collected yet</h1>
      <p className="lead">
        Name your golden paths and sources in <code>desirepath.yaml</code>, then collect and score
        them. Local clones need no token; a first run takes a minute or two.
      </p>
      <Commands of={['init', 'collect', 'score']} />
      <p>Or look around first, in an invented organisation with two years of history:</p>
      <Commands of={['demo create']} />
    </div>
  )
}

function Commands({ of }: { of: readonly string[] }) {
  return <pre>{of.map((command) => `npx desirepath ${command}`).join('\n')}</pre>
}
