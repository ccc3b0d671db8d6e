import { expect, test } from 'vitest'
import { repositoryNames } from '#lib/repository.ts'

test.each([
  ['github.com/acme/basket', ['github.com/acme/basket', 'acme/basket', 'basket']],
  ['gitlab.com/acme/shop/basket', ['gitlab.com/acme/shop/basket', 'acme/shop/basket', 'basket']],
  ['local/basket', ['local/basket', 'basket']],
  ['basket', ['basket']],
])('%s is called %j, the most exact first', (id, names) => {
  expect(repositoryNames(id)).toEqual(names)
})
