/** What a strict reader of the Prometheus text format 0.0.4 finds in it. */
export interface ReadFamily {
  readonly help: string
  readonly type: string
  readonly samples: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly value: number
  }[]
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * Families by name. Stricter than the format: each has its help, then its type, then at least one
 * sample; no series stands twice, no family in two places, and no value is NaN or infinite.
 *
 * @throws {Error} a line that breaks a rule
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function readExposition(text: string): Map<string, ReadFamily> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, ReadFamily>()
  for (const block of text.split(/^(?=# HELP )/m)) {
    if (block === '') continue
    const [name, family] = readFamily(block.split('\n').slice(0, -1))
    if (families.has(name)) throw new Error(`${name} stands in two places`)
    families.set(name, family)
  }
  return families
}

function readFamily([first = '', second = '', ...lines]: readonly string[]): [string, ReadFamily] {
  const [, name = '', help = ''] = /^# HELP (\S+) ([^\n]*)$/.exec(first) ?? []
  const [, typed, type = ''] = /^# TYPE (\S+) (gauge|counter)$/.exec(second) ?? []
  if (!NAME.test(name) || typed !== name) throw new Error(`no family begins at: ${first}`)
  if (lines.length === 0) throw new Error(`${name} has no sample`)
  const samples = lines.map((line) => readSample(line, name))
  const series = samples.map(({ labels }) => JSON.stringify(Object.entries(labels).toSorted()))
  const twice = series.find((one, index) => series.indexOf(one) !== index)
  if (twice !== undefined) throw new Error(`twice: ${name} ${twice}`)
  return [name, { help: unescaped(help, /\\(\\|n)/g), type, samples }]
}

type ReadSample = ReadFamily['samples'][number]

function readSample(line: string, family: string): ReadSample {
  const [, name, , inner = '', number = ''] =
    /^([^\s{]+)(\{((?:[^"\\}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)$/.exec(line) ?? []
  if (name !== family || !NUMBER.test(number)) throw new Error(`no sample of ${family}: ${line}`)
  return { labels: readLabels(inner, line), value: Number(number) }
}

function readLabels(inner: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {}
  let rest = inner
  while (rest !== '') {
    const [all = '', name = '', value = '', after] =
      /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(,|$)/.exec(rest) ?? []
    if (all === '' || name in labels) throw new Error(`labels that mean nothing: ${line}`)
    labels[name] = unescaped(value, /\\(\\|n|")/g)
    rest = rest.slice(all.length)
    if (after === ',' && rest === '') throw new Error(`a label is missing: ${line}`)
  }
  return labels
}

const unescaped = (text: string, escapes: RegExp) =>
  text.replaceAll(escapes, (_, sign: string) => (sign === 'n' ? '\n' : sign))
