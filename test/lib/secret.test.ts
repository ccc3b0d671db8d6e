import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError } from '#lib/errors.ts'
import { readSecret, SecretReference } from '#lib/secret.ts'
import { parseYaml } from '#lib/yaml-faults.ts'
import { aFolder } from '#test/support/git.ts'

test('a secret comes from the environment, or from the file that it names, without white space', () => {
  const file = join(aFolder(), 'token')
  writeFileSync(file, 'from the file\n')
  expect(readSecret('TOKEN', { TOKEN: ' value ' })).toBe('value')
  expect(readSecret('TOKEN', { TOKEN_FILE: file })).toBe('from the file')
})

test('a secret that is not there names the variable, and a file that is not there the file', () => {
  expect(() => readSecret('TOKEN', { TOKEN: '' })).toThrow(
    new ConfigError('TOKEN: set it, or TOKEN_FILE, in the environment'),
  )
  expect(() => readSecret('TOKEN', { TOKEN_FILE: '/nowhere' })).toThrow(
    new ConfigError('TOKEN_FILE: /nowhere cannot be read'),
  )
})

test('a secret in the file itself is refused, and not repeated', () => {
  const schema = z.strictObject({ token: SecretReference })
  expect(() => parseYaml(schema, 'token: ghp_s3cret', 'desirepath.yaml')).toThrow(
    new ConfigError(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
      'desirepath.yaml:1:8: token: expected ${NAME}, an environment variable: a secret does not belong into this file',
    ),
  )
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
  expect(parseYaml(schema, 'token: ${GITHUB_TOKEN}', 'desirepath.yaml')).toEqual({
    token: 'GITHUB_TOKEN',
  })
})
