import { expect, test } from 'vitest'
import { z } from 'zod'
import { tellFaults } from '#lib/shape-faults.ts'

const faultsOf = (shape: z.ZodType, value: unknown) => {
  const { error } = shape.safeParse(value)
  return error && tellFaults(error)
}

test('everything that is wrong with a value is told on one line, each with its place', () => {
  const Id = z.string('expected a text')
  const shape = z.object({ 'How likely?': Id, list: z.array(z.object({ id: Id })) })
  expect(faultsOf(shape, { list: [{ id: 'a' }, {}] })).toBe(
    'How likely?: expected a text; list[1].id: expected a text',
  )
})

test('what is wrong with the whole has no place', () => {
  expect(faultsOf(z.string('expected a text'), 7)).toBe('expected a text')
})
