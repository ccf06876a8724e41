/** Finds the given command, runs it, and prints its error if it fails. */
import { nearest } from '../internal/nearest.ts'
import { type Command, helpOf, readArguments } from './command.ts'
import { errorText, UsageError } from './failures.ts'
import { untilStarted } from './serving/early.ts'
import { paintFor, print, tell } from './terminal.ts'
import { ownVersion } from './version.ts'

interface CommandEntry {
  readonly summary: string
  readonly load: () => Promise<Command>
}

/** The commands in the order of the help. Each is loaded when it is used. */
const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  serve: {
    summary: 'Serve an application',
    load: async () => {
      untilStarted()
      return (await import('./commands/serve.ts')).serveCommand
    },
  },
  routes: {
    summary: 'List the routes of an application',
    load: async () => (await import('./commands/routes.ts')).routesCommand,
  },
  openapi: {
    summary: 'Write the OpenAPI document of an application',
    load: async () => (await import('./commands/openapi.ts')).openapiCommand,
  },
  asyncapi: {
    summary: 'Write the AsyncAPI document of an application',
    load: async () => (await import('./commands/asyncapi.ts')).asyncapiCommand,
  },
  check: {
    summary: 'Start and stop an application, and check its responses',
    load: async () => (await import('./commands/check.ts')).checkCommand,
  },
  url: {
    summary: 'Write the path of a named route',
    load: async () => (await import('./commands/url.ts')).urlCommand,
  },
  new: {
    summary: 'Create a new project',
    load: async () => (await import('./commands/new.ts')).newCommand,
  },
}

/** Runs a command. Resolves to the exit code: 0, 1 if it failed, or 2 if it was used incorrectly. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await runCommand(args)
  } catch (error) {
    const { red } = paintFor(process.stderr)
    tell(red(errorText(error)))
    return error instanceof UsageError ? 2 : 1
  }
}

async function runCommand([name = '', ...args]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-v') {
    print(ownVersion())
    return 0
  }
  if (name === '--help' || name === '-h' || name === 'help' || name === '') {
    print(overview())
    return name === '' ? 2 : 0
  }
  const listed = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (listed === undefined) throw unknownCommand(name)
  const command = await listed.load()
  const parsed = readArguments(command, args)
  if (!parsed.flags.has('help')) return command.run(parsed)
  print(helpOf(command))
  return 0
}

function unknownCommand(name: string): UsageError {
  const near = nearest(name, Object.keys(COMMANDS))
  const hint = near === undefined ? 'See stellula --help.' : `Did you mean "${near}"?`
  return new UsageError(`unknown command "${name}". ${hint}`)
}

function overview(): string {
  const rows = Object.entries(COMMANDS).map(
    ([name, { summary }]) => `  ${name.padEnd(9)}${summary}`,
  )
  return [
    'Usage: stellula COMMAND [options]',
    '',
    ...rows,
    '',
    'stellula COMMAND --help shows the options of a command, stellula --version the version.',
  ].join('\n')
}
