import { z } from 'zod'
import {
  type Finding,
  type Format,
  isObject,
  type PolicyResult,
  readPart,
  worstOfEach,
} from '#collectors/policy/finding.ts'

const Message = z.looseObject({
  metadata: z
    .looseObject({
      rule: z.string().optional(),
      id: z.string().optional(),
      code: z.string().optional(),
      severity: z.string().optional(),
    })
    .optional(),
})

const Messages = z.array(Message).nullish()

const Check = z.looseObject({
  filename: z.string(),
  namespace: z.string().default('main'),
  successes: z.int().min(0).default(0),
  warnings: Messages,
  failures: Messages,
  exceptions: Messages,
})

/**
 * `conftest test --output json`: https://www.conftest.dev/options/#json. Successes are a number
 * without the names of their rules, so that a pass is told of the namespace as a whole; a rule is
 * told of by itself only where a message names it.
 */
export const conftest: Format = {
  name: 'Conftest',
  isOf: (value) => Array.isArray(value) && isObject(value[0]) && 'filename' in value[0],
  read: (value) =>
    (value as unknown[]).map((check, index) =>
      readPart(String(index), Check, check, ({ filename, namespace, ...check }) => {
        const told = { tool: 'conftest', at: null, verified: null, url: null } as const
        const subject = { type: 'file', id: filename }
        const named = KINDS.flatMap(([kind, result]) =>
          (check[kind] ?? []).flatMap(({ metadata = {} }): Finding[] => {
            const rule = metadata.rule ?? metadata.id ?? metadata.code
            const severity = metadata.severity ?? null
            if (rule === undefined) return []
            return [{ ...told, rule: `${namespace}/${rule}`, subject, result, severity }]
          }),
        )
        const [whole] = KINDS.filter(([kind]) => (check[kind] ?? []).length > 0)
        const passed = check.successes > 0 ? 'pass' : 'inconclusive'
        const result = whole?.[1] ?? passed
        return [
          { ...told, rule: namespace, subject, result, severity: null },
          ...worstOfEach(named),
        ]
      }),
    ),
}

/** The worst first. */
const KINDS: readonly ['failures' | 'warnings' | 'exceptions', PolicyResult][] = [
  ['failures', 'fail'],
  ['warnings', 'warn'],
  ['exceptions', 'waived'],
]
