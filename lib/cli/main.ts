/** Finds the command that was asked for, runs it, and tells how it failed. */
import { nearest } from '../internal/nearest.ts'
import { type Command, helpOf, readArguments } from './command.ts'
import { UsageError, wordsOf } from './failures.ts'
import { untilStarted } from './serving/early.ts'
import { paintFor, print, tell } from './terminal.ts'
import { ownVersion } from './version.ts'

interface Listed {
  readonly summary: string
  readonly load: () => Promise<Command>
}

/** In the order of the help. Each is loaded when it is asked for. */
const COMMANDS: Readonly<Record<string, Listed>> = {
  serve: {
    summary: 'Serve an application',
    load: async () => {
      untilStarted()
      return (await import('./commands/serve.ts')).serveCommand
    },
  },
  routes: {
    summary: 'List what an application serves',
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
    summary: 'Start and stop an application, and check what it sends',
    load: async () => (await import('./commands/check.ts')).checkCommand,
  },
  url: {
    summary: 'Write the path of a named route',
    load: async () => (await import('./commands/url.ts')).urlCommand,
  },
  new: {
    summary: 'Make a project that runs',
    load: async () => (await import('./commands/new.ts')).newCommand,
  },
}

/** Runs a command; gives the exit code: 0, 1 if it failed, or 2 if it was called wrongly. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await runCommand(args)
  } catch (error) {
    const { red } = paintFor(process.stderr)
    tell(red(wordsOf(error)))
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
  if (listed === undefined) throw unknown(name)
  const command = await listed.load()
  const given = readArguments(command, args)
  if (!given.flags.has('help')) return command.run(given)
  print(helpOf(command))
  return 0
}

function unknown(name: string): UsageError {
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
