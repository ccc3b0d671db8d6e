import { z } from 'zod'

export const ruleText = z.string().min(1, 'expected a text that is not empty')

type Shape = Readonly<Record<string, z.ZodType>>

/** Takes a rule that looks at something, all of which must hold, and says something. */
export function ruleOf<Looks extends Shape, Says extends Shape>(looks: Looks, says: Says) {
  return z
    .strictObject({ ...looks, ...says })
    .refine((rule) => Object.keys(looks).some((name) => name in rule), {
      error: `expected what it looks at: ${toList(looks)}`,
    })
    .refine((rule) => Object.keys(says).some((name) => name in rule), {
      error: `expected what it says: ${toList(says)}`,
    })
}

function toList(shape: Shape): string {
  const names = Object.keys(shape)
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`
}

/** What the rules say that hold: of each matter the first that speaks of it. */
export function sayFirst<Rule extends object, Name extends keyof Rule>(
  rules: readonly Rule[],
  says: readonly Name[],
  holds: (rule: Rule) => boolean,
): Partial<Pick<Rule, Name>> {
  const said: Partial<Pick<Rule, Name>> = {}
  for (const rule of rules.filter(holds)) {
    for (const name of says) said[name] ??= rule[name]
  }
  return said
}

/** Whether one of the names `given` is the one that a rule looks for; case does not matter. */
export const isAmong = (given: readonly (string | null)[], wanted: string | undefined) =>
  wanted === undefined || given.some((one) => one?.toLowerCase() === wanted.toLowerCase())

/** Whether a text that a rule looks for stands in the title. */
export const standsIn = (title: string, wanted: string | undefined) =>
  wanted === undefined || title.toLowerCase().includes(wanted.toLowerCase())
