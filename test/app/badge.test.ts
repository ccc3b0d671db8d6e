import { expect, test } from 'vitest'
import { toBadgeSvg, toShieldsJson } from '#app/badge.ts'

test('a badge is what shields.io reads', () => {
  expect(toShieldsJson({ label: 'readiness', message: 'silver', tone: 'good' })).toEqual({
    schemaVersion: 1,
    label: 'readiness',
    message: 'silver',
    color: '0a6459',
  })
})

test.each(['<script>alert(1)</script>', '"><foreignObject>', "&lt;' onload='x"])(
  'the name %s is text in a badge',
  (label) => {
    const svg = toBadgeSvg({ label, message: label, tone: 'bad' })
    expect(svg).not.toMatch(/<(script|foreignObject)/)
    expect(svg.match(/<\w+/g)?.toSorted()).toEqual([
      '<g',
      '<path',
      '<rect',
      '<svg',
      '<text',
      '<text',
      '<title',
    ])
  },
)
