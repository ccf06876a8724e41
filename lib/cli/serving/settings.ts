/** Parses the options of `stellula serve`. */
import { proxyHeaders } from '../../middleware/proxyheaders.ts'
import { assertRootPath } from '../../protocol/options.ts'
import type { CommandArguments } from '../command.ts'
import { CommandError, UsageError } from '../failures.ts'
import { readTarget, type Target } from '../module.ts'

/** The parsed arguments of `stellula serve`. */
export interface ServeSettings {
  readonly target: Target
  readonly values: CommandArguments['values']
  readonly accessLog: 'pretty' | 'json' | undefined
  readonly graceMs: number | undefined
  /** The trusted proxies. */
  readonly proxies: readonly string[] | undefined
  /** The number of processes; undefined for this process only. */
  readonly workers: number | undefined
  readonly reload: boolean
  readonly http2: boolean
  /** The files of the certificate. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined
}

/** Where to listen. */
export type Place =
  | { readonly host: string; readonly port: number }
  | { readonly path: string }
  | { readonly fd: number }

/** @throws UsageError if an option is invalid, or if two of them exclude each other. */
export function readServeSettings({
  positionals: [module = ''],
  values,
  flags,
}: CommandArguments): ServeSettings {
  const places = ['path', 'fd', 'port'].filter((name) => values[name] !== undefined)
  if (places.length > 1) {
    const names = places.map((name) => `--${name}`).join(' and ')
    throw new UsageError(`serve: ${names} exclude each other. Choose one.`)
  }
  const accessLog = values['access-log']
  if (accessLog !== undefined && accessLog !== 'pretty' && accessLog !== 'json') {
    throw invalidOption('access-log', 'pretty or json', accessLog)
  }
  placeOf(values)
  const workers = wholeOf(values, 'workers', 'a whole number from 1 on', 1_000)
  if (workers === 0) throw invalidOption('workers', 'a whole number from 1 on', '0')
  const reload = flags.has('reload')
  if (reload && workers !== undefined) {
    throw new UsageError('serve: --reload and --workers exclude each other. Choose one.')
  }
  const { 'root-path': rootPath = '' } = values
  assertOption('root-path', 'serve: rootPath', () => assertRootPath(rootPath, 'serve'))
  const trusted = values['proxy-headers']?.split(',')
  if (trusted !== undefined) {
    assertOption('proxy-headers', 'proxyHeaders: trusted', () => proxyHeaders({ trusted }))
  }
  const grace = numberOf(values, 'grace', 'a number of seconds', 1_000_000)
  return {
    target: readTarget(module),
    values,
    accessLog,
    graceMs: grace === undefined ? undefined : grace * 1000,
    proxies: trusted,
    workers,
    reload,
    http2: flags.has('http2'),
    tls: tlsOf(values),
  }
}

function tlsOf({
  'tls-cert': certFile,
  'tls-key': keyFile,
}: CommandArguments['values']): ServeSettings['tls'] {
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile }
  if (certFile === undefined && keyFile === undefined) return undefined
  const [given, other] = certFile === undefined ? ['key', 'cert'] : ['cert', 'key']
  throw new UsageError(
    `serve: --tls-cert and --tls-key belong together, only --tls-${given} was given. Write --tls-${other} FILE too.`,
  )
}

/** The address, path or descriptor from the options and the environment. */
export function placeOf(
  values: CommandArguments['values'],
  env: NodeJS.ProcessEnv = process.env,
): Place {
  const { path, host = '127.0.0.1' } = values
  if (path !== undefined) return { path }
  const fd = wholeOf(values, 'fd', 'a descriptor', 100_000) ?? activatedSocket(values, env)
  if (fd !== undefined) return { fd }
  const given = { port: values['port'] ?? (env['PORT'] || undefined) }
  return { host, port: wholeOf(given, 'port', 'a number up to 65535', 65_535) ?? 8000 }
}

/** The first descriptor of systemd's socket activation, if it is for this process or its parent. */
function activatedSocket(
  values: CommandArguments['values'],
  env: NodeJS.ProcessEnv,
): number | undefined {
  const isPlaced = values['host'] !== undefined || values['port'] !== undefined
  const isMeant = [process.pid, process.ppid].includes(Number(env['LISTEN_PID']))
  return !isPlaced && isMeant && Number(env['LISTEN_FDS']) > 0 ? 3 : undefined
}

function wholeOf(
  values: CommandArguments['values'],
  name: string,
  what: string,
  most: number,
): number | undefined {
  const number = numberOf(values, name, what, most)
  if (number === undefined || Number.isInteger(number)) return number
  throw invalidOption(name, what, values[name])
}

/** The number of an option from 0 on, if it is given. */
function numberOf(
  values: CommandArguments['values'],
  name: string,
  what: string,
  most: number,
): number | undefined {
  const { [name]: text } = values
  if (text === undefined) return undefined
  const number = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (number <= most) return number
  throw invalidOption(name, what, text)
}

/** Checks an option as the server does, but before the module is loaded. Its name there is replaced by the option. */
function assertOption(name: string, nameThere: string, assert: () => void): void {
  try {
    assert()
  } catch (error) {
    throw new UsageError((error as Error).message.replace(nameThere, `serve: --${name}`))
  }
}

function invalidOption(name: string, what: string, given: string | undefined): UsageError {
  return new UsageError(
    `serve: --${name} must be ${what}, "${given}" was given. See stellula serve --help.`,
  )
}

/** Loads variables of a file into the environment. */
export function loadEnvironment(file: string | undefined): void {
  if (file === undefined) return
  if (typeof process.loadEnvFile !== 'function') {
    throw new CommandError(
      `serve: --env-file needs Node 20.12 or later, this is ${process.versions.node}. Set the variables in another way.`,
    )
  }
  try {
    process.loadEnvFile(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new CommandError(
      `serve: the file "${file}" of --env-file cannot be read (${code}). Check its path.`,
    )
  }
}
