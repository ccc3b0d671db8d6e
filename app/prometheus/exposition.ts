/** One measurement of a family. */
export interface Sample {
  /** By name; one that is empty says nothing and is left out. */
  readonly labels: Readonly<Record<string, string | undefined>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly samples: readonly Sample[]
}

/**
 * Gauges in the text format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/. A
 * value that is no finite number is not there: to a reader of time series NaN is a value, and 0 a
 * measurement. A family without any is left out.
 */
export function toExposition(families: readonly Family[]): string {
  return families
    .map(({ name, help, samples }) => {
      const lines = samples.flatMap(({ labels, value }) =>
        Number.isFinite(value) ? [`${name}${labelText(labels)} ${value}\n`] : [],
      )
      if (lines.length === 0) return ''
      return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} gauge\n${lines.join('')}`
    })
    .join('')
}

function labelText(labels: Sample['labels']): string {
  const said = Object.entries(labels).flatMap(([name, value]) =>
    value === undefined || value === ''
      ? []
      : [`${name}="${escaped(value).replaceAll('"', '\\"')}"`],
  )
  return said.length === 0 ? '' : `{${said.join(',')}}`
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
