/** Terms with their texts; what there is nothing to say of is left out. */
export function FactList({
  facts,
}: {
  facts: readonly { readonly term: string; readonly text: string | readonly string[] }[]
}) {
  return (
    <dl className="facts">
      {facts
        .filter(({ text }) => text.length > 0)
        .map(({ term, text }) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{typeof text === 'string' ? text : <Lines lines={text} />}</dd>
          </div>
        ))}
    </dl>
  )
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
