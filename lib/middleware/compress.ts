/** Compresses responses on their way out: Brotli, Zstandard and gzip, whole or part by part. */

import { type Coding, preferredCodings } from '../http/codings.ts'
import { joinedField } from '../http/conditional.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { runFinally } from '../internal/run.ts'
import type { Extensions, HTTPScope, Middleware } from '../types.ts'
import { isCompressible, typesIn } from './compress/compressible.ts'
import { Compression } from './compress/compression.ts'
import { AVAILABLE, type Encoding, LEVELS } from './compress/encoders.ts'
import type { Rules } from './compress/plan.ts'

export { isCompressible }

export interface CompressOptions {
  /**
   * What is offered; where a client likes several the same, the first counts (['br', 'zstd',
   * 'gzip'], without those that this Node cannot make: zstd needs 22.15).
   */
  codings?: readonly Coding[]
  /** The smallest body that is compressed, in bytes (500); what has no length is always. */
  minSize?: number
  /**
   * The types that are compressed: a list, with `text/*` for all of a kind, or a function of the type
   * in lower case, `''` where there is none (isCompressible).
   */
  types?: readonly string[] | ((type: string) => boolean)
  /** How hard to try: gzip 0 to 9 (6), br 0 to 11 (4), zstd 1 to 22 (3). */
  levels?: Readonly<Partial<Record<Coding, number>>>
}

/**
 * Compresses what becomes smaller by it, in the coding that the client likes best.
 *
 * Streams go out part by part as they come, so server-sent events do too. Untouched are a 206, what
 * is encoded already, has a digest, is marked `no-transform`, is too small or of another type. A
 * compressed body has a weak `ETag` and no byte ranges; `Vary` names `Accept-Encoding` whenever the
 * answer could have been another.
 *
 * The length of a compressed body tells something of what is in it (BREACH): a page that shows both a
 * secret and what a stranger's link put there gives the secret away, guess by guess, to who can see
 * lengths. Keep the two apart, mask the secret anew for each answer, or mark such pages
 * `cache-control: no-transform`.
 *
 * @throws TypeError for codings or types that are none, RangeError for a size or level that is none.
 * @example
 * const app = Application({
 *   routes: [Route('/', () => new PlainTextResponse('hello '.repeat(1000)))],
 *   middleware: [compress({ levels: { gzip: 4 } })],
 * })
 */
export function compress(options: CompressOptions = {}): Middleware {
  knownOptions('compress', options, 'codings minSize types levels')
  const { rules, encodingFor } = readOptions(options)
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const encoding = encodingFor(joinedField(scope.headers, 'accept-encoding') ?? '')
    if (encoding !== undefined) hidePathsend(scope)
    const compression = new Compression(scope, send, encoding, rules)
    return runFinally(app, scope, receive, compression.send, compression.close)
  }
}

/** A file that the server reads by itself would pass by uncompressed. */
function hidePathsend(scope: HTTPScope): void {
  const { extensions } = scope
  if (extensions?.['http.response.pathsend'] === undefined) return
  scope.extensions = WITHOUT_PATHSEND.get(extensions) ?? withoutPathsend(extensions)
}

/** Servers give all their scopes the same object, so one without is made for each of them. */
const WITHOUT_PATHSEND = new WeakMap<Extensions, Extensions>()

function withoutPathsend(extensions: Extensions): Extensions {
  const { 'http.response.pathsend': _hidden, ...others } = extensions
  WITHOUT_PATHSEND.set(extensions, others)
  return others
}

interface Settings {
  readonly rules: Rules
  readonly encodingFor: (accept: string) => Encoding | undefined
}

function readOptions(options: CompressOptions): Settings {
  const { minSize = 500, types = isCompressible, levels = {} } = options
  const codings = readCodings(options.codings ?? AVAILABLE)
  if (!(minSize >= 0)) {
    throw new RangeError(
      `compress: minSize must be a number of bytes, ${minSize} was given. 0 means all that have a body.`,
    )
  }
  for (const [coding, level] of Object.entries(levels)) assertLevel(coding, level)
  const encodings = codings.map((coding) => ({ coding, level: levels[coding] }))
  return {
    rules: { minSize, isCompressible: readTypes(types) },
    encodingFor: remembered((accept) => {
      const [best] = preferredCodings(accept, codings)
      return encodings.find(({ coding }) => coding === best)
    }),
  }
}

/** One that this Node cannot make is left out, so that one program runs with any. */
function readCodings(given: readonly Coding[]): readonly Coding[] {
  const isList = Array.isArray(given) && given.every((coding) => Object.hasOwn(LEVELS, coding))
  const codings = isList ? given.filter((coding) => AVAILABLE.includes(coding)) : []
  if (codings.length > 0) return codings
  throw new TypeError(
    `compress: codings must be a list of ${AVAILABLE.join(', ')}, ${JSON.stringify(given)} was given. Leave it out to offer all of them.`,
  )
}

function readTypes(types: unknown): (type: string) => boolean {
  if (typeof types === 'function') return types as (type: string) => boolean
  if (Array.isArray(types) && types.every((type) => /^[^\s/;]+\/[^\s/;]+$/.test(type))) {
    return typesIn(types)
  }
  throw new TypeError(
    `compress: types must be a list such as ["text/*", "application/json"] or a function, ${JSON.stringify(types) ?? typeof types} was given. Correct it.`,
  )
}

function assertLevel(coding: string, level: number): void {
  if (!Object.hasOwn(LEVELS, coding)) {
    throw new TypeError(
      `compress: levels are for ${Object.keys(LEVELS).join(', ')}, one for ${JSON.stringify(coding)} was given. Take it out.`,
    )
  }
  const [least, most] = LEVELS[coding as Coding] // it was just found
  if (Number.isInteger(level) && level >= least && level <= most) return
  throw new RangeError(
    `compress: the level of ${coding} must be an integer from ${least} to ${most}, ${level} was given. Higher ones take longer.`,
  )
}

const MOST_REMEMBERED = 64
const LONGEST_REMEMBERED = 128

/** Browsers send the same few fields again and again. */
function remembered<Value>(read: (field: string) => Value): (field: string) => Value {
  const known = new Map<string, Value>()
  return (field) => {
    const value = known.get(field)
    if (value !== undefined || known.has(field)) return value as Value
    const fresh = read(field)
    if (known.size < MOST_REMEMBERED && field.length <= LONGEST_REMEMBERED) known.set(field, fresh)
    return fresh
  }
}
