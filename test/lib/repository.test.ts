import { expect, test } from 'vitest'
import { repositoryNames, toRepositoryId } from '#lib/repository.ts'

test.each([
  ['github.com/acme/basket', ['github.com/acme/basket', 'acme/basket', 'basket']],
  ['gitlab.com/acme/shop/basket', ['gitlab.com/acme/shop/basket', 'acme/shop/basket', 'basket']],
  ['local/basket', ['local/basket', 'basket']],
  ['basket', ['basket']],
])('%s is called %j, the most exact first', (id, names) => {
  expect(repositoryNames(id)).toEqual(names)
})

test('a repository is known by host, owner and name, never by what a secret says', () => {
  expect(
    [
      'https://github.com/acme/shop.git',
      'https://token:secret@GitHub.com/acme/shop',
      'git@github.com:acme/shop.git',
      'ssh://git@github.com:2222/acme/shop/',
      'https://gitlab.com/acme/group/shop.git',
      '/srv/git/shop.git',
      'file:///srv/git/shop.git',
      '../shop',
      '',
    ].map(toRepositoryId),
  ).toEqual([
    'github.com/acme/shop',
    'github.com/acme/shop',
    'github.com/acme/shop',
    'github.com/acme/shop',
    'gitlab.com/acme/group/shop',
    null,
    null,
    null,
    null,
  ])
})
