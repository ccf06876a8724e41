/** The definition of a command, the parser of its arguments, and the text of `--help`. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { nearest } from '../internal/nearest.ts'
import { UsageError } from './failures.ts'

/** An option of a command. */
interface CommandOption {
  /** The placeholder of its value, in capitals. Without it, the option has no value. */
  readonly value?: string
  readonly help: string
}

/** The parsed arguments. */
export interface CommandArguments {
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, string | undefined>>
  readonly flags: ReadonlySet<string>
}

/** A command. */
export interface Command {
  readonly name: string
  /** Its positional arguments, such as `MODULE NAME`. */
  readonly takes: string
  /** The minimum and maximum number of positional arguments. */
  readonly counts: readonly [least: number, most: number]
  /** A description of one or more sentences. */
  readonly about: string
  readonly options: Readonly<Record<string, CommandOption>>
  readonly examples: readonly string[]
  /** Runs the command and resolves to the exit code. */
  readonly run: (args: CommandArguments) => Promise<number>
}

/** @throws UsageError for unknown options, and for too few or too many arguments. */
export function readArguments(command: Command, args: readonly string[]): CommandArguments {
  const { name, options, counts, takes } = command
  const given = parseOptions(command, args)
  const values: Record<string, string> = {}
  const flags = new Set<string>()
  for (const [key, value] of Object.entries(given.values)) {
    if (typeof value === 'string') values[key] = value
    else if (value === true && options[key]?.value === undefined) flags.add(key)
  }
  const [least, most] = counts
  const { positionals } = given
  if (flags.has('help') || (positionals.length >= least && positionals.length <= most)) {
    return { positionals, values, flags }
  }
  const found = positionals.length === 0 ? 'nothing' : `"${positionals.join(' ')}"`
  throw new UsageError(
    `${name}: it takes ${takes}, ${found} was given. See stellula ${name} --help.`,
  )
}

function parseOptions({ name, options }: Command, args: readonly string[]) {
  const known: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } }
  for (const [key, { value }] of Object.entries(options)) {
    known[key] = { type: value === undefined ? 'boolean' : 'string' }
  }
  try {
    return parseArgs({ args: [...args], options: known, allowPositionals: true })
  } catch (error) {
    throw new UsageError(`${name}: ${reasonOf(error, options)}`)
  }
}

function reasonOf(error: unknown, options: Command['options']): string {
  const { message } = error as Error
  const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1]
  if (unknown === undefined) {
    // Only the first sentence of Node's message describes the error.
    const [sentence = message] = message.split(/\.(?:\s|$)|\n/)
    return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}. See --help.`
  }
  const near = nearest(unknown.replace(/^-+/, ''), Object.keys(options))
  const hint = near === undefined ? 'See --help.' : `Did you mean "--${near}"?`
  return `unknown option "${unknown}". ${hint}`
}

/** The text of `--help`. */
export function helpOf({ name, takes, about, options, examples }: Command): string {
  const rows = Object.entries({ ...options, help: { help: 'Show this text.' } }).map(
    ([key, { value, help }]: [string, CommandOption]) => [
      `  --${key}${value === undefined ? '' : ` ${value}`}`,
      help,
    ],
  )
  const width = Math.max(...rows.map(([left = '']) => left.length)) + 2
  const lines = rows.map(([left = '', help]) => `${left.padEnd(width)}${help}`)
  const shown = examples.map((example) => `  ${example}`)
  return [
    `Usage: stellula ${name} ${takes} [options]`,
    '',
    about,
    '',
    'Options:',
    ...lines,
    '',
    'Examples:',
    ...shown,
  ].join('\n')
}
