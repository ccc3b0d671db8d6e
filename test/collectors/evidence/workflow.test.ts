import { expect, test } from 'vitest'
import { parseOrbs, parseWorkflow } from '#collectors/evidence/workflow.ts'

const SHA = '0123456789abcdef0123456789abcdef01234567'

/** Each reference as `component@ref # comment`. */
const say = (references: ReturnType<typeof parseWorkflow>) =>
  references.map(({ component, ref, comment }) =>
    comment === null ? `${component}@${ref}` : `${component}@${ref} # ${comment}`,
  )

const aJob = (...steps: string[]) =>
  `on: push\njobs:\n  build:\n    steps:\n${steps.map((step) => `      ${step}\n`).join('')}`

test('actions, sub-paths and reusable workflows are references', () => {
  const text = `
jobs:
  call:
    uses: acme/common/.github/workflows/build.yml@main
  build:
    steps:
      - uses: acme/deploy@v1.2.3
      - uses: acme/tools/setup@releases/v2
`
  expect(say(parseWorkflow(text))).toEqual([
    'acme/common/.github/workflows/build.yml@main',
    'acme/deploy@v1.2.3',
    'acme/tools/setup@releases/v2',
  ])
})

test('local actions, images and expressions are none', () => {
  const text = aJob('- uses: ./deploy', '- uses: docker://acme/deploy:v1', '- uses: acme/deploy')
  expect(parseWorkflow(text)).toEqual([])
})

test('a trailing comment claims a version, also in quotes and after a flow map', () => {
  const text = aJob(
    `- uses: acme/a@${SHA} # v1.2.3`,
    `- uses: "acme/b@${SHA}" # tag=v2`,
    `- uses: 'acme/c@${SHA}' # pinned on a Monday`,
    `- { uses: acme/d@${SHA}, with: { x: 1 } } # 3.0.1`,
    `- { uses: acme/e@${SHA} }`,
  )
  expect(say(parseWorkflow(text))).toEqual([
    `acme/a@${SHA} # v1.2.3`,
    `acme/b@${SHA} # v2`,
    `acme/c@${SHA}`,
    `acme/d@${SHA} # 3.0.1`,
    `acme/e@${SHA}`,
  ])
})

test('anchors count once, and several documents are read', () => {
  const text = `x: &step\n  uses: acme/deploy@v1\njobs:\n  a:\n    steps: [*step, *step]\n---\njobs:\n  b:\n    uses: acme/other/b.yml@v2\n`
  expect(say(parseWorkflow(text))).toEqual(['acme/deploy@v1', 'acme/other/b.yml@v2'])
})

test('a value of somebody’s own that is called uses is none', () => {
  expect(parseWorkflow(aJob('- run: make', '  with:', '    uses: acme/deploy@v1'))).toEqual([])
})

test('text that is no YAML is refused with the reason', () => {
  expect(() => parseWorkflow('jobs: [acme/deploy@v1')).toThrow()
  expect(() => parseWorkflow(`a: ${'['.repeat(100_000)}`)).toThrow()
})

test('orbs are read from the top of a CircleCI configuration', () => {
  const text = `
version: 2.1
orbs:
  a: acme/deploy@1.2.3
  b: "acme/tools@volatile"
  c:
    jobs: {}
jobs:
  orbs:
    d: acme/none@1
`
  expect(say(parseOrbs(text))).toEqual(['acme/deploy@1.2.3', 'acme/tools@volatile'])
  expect(parseOrbs('orbs: none')).toEqual([])
  expect(parseOrbs('just text')).toEqual([])
})
