import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { requireKnown } from '#bin/known.ts'
import { configFile, loadConfig } from '#lib/config.ts'
import { DEFAULT_RULES, type RequestRules, readRequest } from '#lib/environment-request.ts'
import { ConfigError } from '#lib/errors.ts'
import { toLine, type YamlFault } from '#lib/yaml-faults.ts'

interface ValidateOptions {
  readonly json?: true
  readonly source?: string
}

export function registerValidateRequest(program: Command): void {
  program
    .command('validate-request')
    .description('say every fault of files that ask for an environment, with line and column')
    .argument('<file...>', 'YAML files')
    .option('--source <id>', 'whose rules, where several sources read requests')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nThe rules are those of the source in desirepath.yaml, if there is one, else those of the reference.\nThe exit status is 1 when a file has a fault.\n\nExample:\n  desirepath validate-request requests/payments-staging.yaml',
    )
    .action(validateRequests)
}

function validateRequests(files: readonly string[], { json, source }: ValidateOptions): void {
  const rules = findRules(source)
  const results = files.map((file) => ({ file, faults: listFaults(file, rules) }))
  if (results.some(({ faults }) => faults.length > 0)) process.exitCode = 1
  process.stdout.write(json ? `${JSON.stringify(results.map(toJson), null, 2)}\n` : toText(results))
}

interface Result {
  readonly file: string
  readonly faults: readonly YamlFault[]
}

const toText = (results: readonly Result[]) =>
  results
    .flatMap(({ file, faults }) =>
      faults.length === 0 ? `${file}: ok` : faults.map((fault) => toLine(file, fault)),
    )
    .map((line) => `${line}\n`)
    .join('')

const toJson = ({ file, faults }: Result) => ({ file, valid: faults.length === 0, faults })

/** A repository of requests needs no configuration of its own. */
function findRules(id: string | undefined): RequestRules {
  if (id === undefined && !existsSync(configFile())) return DEFAULT_RULES
  const sources = loadConfig().sources.filter((source) => source.kind === 'environment-requests')
  const ids = sources.map((source) => source.id)
  if (id !== undefined) requireKnown('source', id, ids)
  else if (ids.length > 1) {
    throw new ConfigError(
      `--source: expected one of ${ids.join(', ')}, which have rules of their own`,
    )
  }
  return sources.find((source) => id === undefined || source.id === id)?.rules ?? DEFAULT_RULES
}

function listFaults(file: string, rules: RequestRules): readonly YamlFault[] {
  const reading = readRequest(read(file), rules)
  return 'faults' in reading ? reading.faults : []
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(`${file}: cannot be read`, { cause })
  }
}
