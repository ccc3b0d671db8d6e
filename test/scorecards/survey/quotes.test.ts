import { expect, test } from 'vitest'
import { quote } from '#scorecards/survey/quotes.ts'

const REMOVALS = { names: ['team-pay', 'Payments Crew'], serviceIds: ['checkout-api'] }

const quoted = (text: string) => quote([{ text, quotable: true }], 0, REMOVALS)[0]

test.each([
  ['write to anna@corp.example or @anna', 'write to [removed] or [removed]'],
  ['see https://wiki.corp.example/x now', 'see [removed] now'],
  ['the checkout-api waits, CHECKOUT-API too', 'the [removed] waits, [removed] too'],
  ["payments  crew's runner is slow", '[removed] runner is slow'],
  ['checkout-apiary is another thing', 'checkout-apiary is another thing'],
  ['ask Anna, she knows', 'ask [removed], she knows'],
  ['Anna Smith has to approve', '[removed] has to approve'],
  ['It is slow. The API is fine', 'It is slow. The API is fine'],
  ['ask che\u200bckout-api', 'ask [removed]'],
])('of "%s" stays "%s"', (text, expected) => {
  expect(quoted(text)).toBe(expected)
})

test('what has no words left is not quoted', () => {
  expect(quoted('checkout-api')).toBeUndefined()
  expect(quoted('…')).toBeUndefined()
})

test('comments are quoted above so many written ones, if their writers allow it, by their text', () => {
  const comments = [
    { text: 'b', quotable: true },
    { text: 'a', quotable: true },
    { text: 'c', quotable: false },
  ]
  expect(quote(comments, 2, REMOVALS)).toEqual(['a', 'b'])
  expect(quote(comments, 3, REMOVALS)).toEqual([])
  expect(quote([...comments, { text: ' ', quotable: true }], 3, REMOVALS)).toEqual([])
})
