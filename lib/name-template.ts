interface NameParts {
  readonly service: string
  readonly environment: string
}

const TEMPLATE =
  /^(?<before>.*?)\{(?<first>service|environment)\}(?<between>.+?)\{(?:service|environment)\}(?<after>.*)$/

/** Whether names can be taken apart like `template`. */
export const isNameTemplate = (template: string) =>
  TEMPLATE.test(template) && ['{service}', '{environment}'].every((part) => template.includes(part))

/** Every way to take `name` apart like `template`; none when it is not made so. */
export function splitName(name: string, template: string): NameParts[] {
  const { before = '', first, between = '', after = '' } = TEMPLATE.exec(template)?.groups ?? {}
  if (between === '' || !name.startsWith(before) || !name.endsWith(after)) return []
  const words = name.slice(before.length, name.length - after.length).split(between)
  return words.slice(1).map((_, index) => {
    const [left, right] = [words.slice(0, index + 1), words.slice(index + 1)].map((part) =>
      part.join(between),
    ) as [string, string] // Two went in.
    return first === 'service'
      ? { service: left, environment: right }
      : { service: right, environment: left }
  })
}
