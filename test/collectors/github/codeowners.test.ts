import { expect, test } from 'vitest'
import { ownersOfAll } from '#collectors/github/codeowners.ts'

test.each([
  ['the last rule for everything', '* @acme/clay\n* @acme/wood\n/docs @acme/paper', ['wood']],
  ['a rule without owners, which means nobody', '* @acme/clay\n*', []],
  ['only people', '* @robin robin@example.com', []],
  ['teams among people, in any case', '* @robin @Acme/Clay @acme/wood', ['clay', 'wood']],
  ['no rule for everything', '*.js @acme/clay\n/docs/* @acme/paper', null],
  ['nothing', '', null],
  ['comments', '# * @acme/clay\n* @acme/wood # and * @acme/clay', ['wood']],
  [
    'what GitHub counts as an error',
    '* @acme/clay\n!* @acme/wood\n[ab]* @acme/wood\n\\#* @a/b',
    ['clay'],
  ],
  ['ends of lines of another system', '* @acme/clay\r\n', ['clay']],
])('%s', (_, text, teams) => {
  expect(ownersOfAll(text)).toEqual(teams)
})

test('a file that GitHub finds too large says nothing', () => {
  expect(ownersOfAll(`* @acme/clay\n${'#'.repeat(3 * 1024 * 1024)}`)).toBeNull()
})
