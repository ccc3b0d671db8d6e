import { expect, test } from 'vitest'
import { emptyWords } from '#app/empty-words.ts'

test('where sources were read and no golden path is named, it says where to name one', () => {
  expect(emptyWords('golden paths', 3)).toEqual({
    title: 'No golden path is configured yet',
    sentence:
      '3 sources are configured, and no golden path. Name them in desirepath.yaml under goldenPaths: what marks a repository that is on the path, and whom it is for.',
  })
})

test('where no source has told of a team, it says which sources can', () => {
  const { title, sentence } = emptyWords('teams', 1)
  expect(title).toBe('No team is known yet')
  expect(sentence).toMatch(/^1 source is configured, and none of them has told of a team\. /)
  for (const way of ['teams.csv', 'Backstage', 'GitHub']) expect(sentence).toContain(way)
})
