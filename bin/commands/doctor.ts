import type { Command } from 'commander'
import { examine, type Finding } from '#bin/doctor.ts'
import { parsePort } from '#bin/port.ts'

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say what works, what does not, and what to do about it')
    .option('--port <port>', 'that the pages are to be served on', '3000')
    .addHelpText(
      'after',
      '\nChanges nothing. The exit status is 1 when something fails.\n\nExample:\n  desirepath doctor',
    )
    .action(doctor)
}

async function doctor({ port }: { port: string }): Promise<void> {
  const findings = await examine({ port: parsePort(port), now: new Date() })
  process.stdout.write(findings.map(toLines).join(''))
  if (findings.some(({ level }) => level === 'fail')) process.exitCode = 1
}

const INDENT = ' '.repeat(6)

function toLines({ level, subject, says, todo }: Finding): string {
  const line = `${level.padEnd(INDENT.length)}${subject}: ${says.replaceAll('\n', `\n${INDENT}`)}\n`
  return todo === undefined ? line : `${line}${INDENT}→ ${todo}\n`
}
