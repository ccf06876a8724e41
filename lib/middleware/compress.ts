/** Compresses responses with Brotli, Zstandard and gzip, whole or in a stream. */

import { type Coding, preferredCodings } from '../http/codings.ts'
import { joinedField } from '../http/conditional.ts'
import { named } from '../internal/apps.ts'
import { check, checkRange, invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { runFinally } from '../internal/run.ts'
import { withoutPathsend } from '../protocol/pathsend.ts'
import type { Middleware } from '../types.ts'
import { isCompressible, typesIn } from './compress/compressible.ts'
import { Compression } from './compress/compression.ts'
import { AVAILABLE, type Encoding, LEVELS } from './compress/encoders.ts'
import type { Rules } from './compress/plan.ts'

export { isCompressible }

export interface CompressOptions {
  /**
   * The codings that may be used, in order of preference if a client accepts several equally (['br',
   * 'zstd', 'gzip'], without zstd if Node is older than 22.15).
   */
  codings?: readonly Coding[]
  /** The minimum size of a compressed body in bytes (500). Streams are always compressed. */
  minSize?: number
  /**
   * The types that are compressed: a list, where `text/*` matches all text types, or a function of the
   * type in lower case, `''` if it is missing (isCompressible).
   */
  types?: readonly string[] | ((type: string) => boolean)
  /** Compression levels: gzip 0 to 9 (6), br 0 to 11 (4), zstd 1 to 22 (3). */
  levels?: Readonly<Partial<Record<Coding, number>>>
}

/**
 * Compresses responses in the coding that the client prefers.
 *
 * Streams are compressed part by part, so server-sent events arrive at once. A 206 is not compressed, nor
 * is a body that is already encoded, has a digest, is marked `no-transform`, is too small or has another
 * type. A compressed body has a weak `ETag` and no byte ranges. `Vary` names `Accept-Encoding` whenever
 * the response depends on it.
 *
 * The length of a compressed body reveals something about its content (BREACH). If a page shows both a
 * secret and text from a link's query, an attacker that observes the lengths can guess the secret step by
 * step. Put the two on different pages, mask the secret differently in each response, or mark such pages
 * `cache-control: no-transform`.
 *
 * @throws TypeError if a coding or a type is invalid.
 * @throws RangeError if a size or a level is invalid.
 * @example
 * const app = Application({
 *   routes: [Route('/', () => new PlainTextResponse('hello '.repeat(1000)))],
 *   middleware: [compress({ levels: { gzip: 4 } })],
 * })
 */
export function compress(options: CompressOptions = {}): Middleware {
  knownOptions('compress', options, 'codings minSize types levels')
  const { rules, encodingFor } = readOptions(options)
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const encoding = encodingFor(joinedField(scope.headers, 'accept-encoding') ?? '')
    // A file that the server sends by path would bypass compression.
    if (encoding !== undefined && scope.extensions !== undefined) {
      scope.extensions = withoutPathsend(scope.extensions)
    }
    const compression = new Compression(scope, send, encoding, rules)
    return runFinally(app, scope, receive, compression.send, compression.close)
  }
  return named('compress', middleware)
}

interface Settings {
  readonly rules: Rules
  readonly encodingFor: (accept: string) => Encoding | undefined
}

function readOptions(options: CompressOptions): Settings {
  const { minSize = 500, types = isCompressible, levels = {} } = options
  const codings = readCodings(options.codings ?? AVAILABLE)
  const fix = '0 compresses all bodies'
  checkRange('compress', minSize >= 0, 'minSize must be a number of bytes', minSize, fix)
  for (const [coding, level] of Object.entries(levels)) assertLevel(coding, level)
  const encodings = codings.map((coding) => ({ coding, level: levels[coding] }))
  return {
    rules: { minSize, isCompressible: readTypes(types) },
    encodingFor: memoize((accept) => {
      const [best] = preferredCodings(accept, codings)
      return encodings.find(({ coding }) => coding === best)
    }),
  }
}

/** Removes codings that this version of Node lacks. So one program runs on any version. */
function readCodings(given: readonly Coding[]): readonly Coding[] {
  const isList = Array.isArray(given) && given.every((coding) => Object.hasOwn(LEVELS, coding))
  const codings = isList ? given.filter((coding) => AVAILABLE.includes(coding)) : []
  if (codings.length > 0) return codings
  const what = `codings must be a list of ${AVAILABLE.join(', ')}`
  throw invalid('compress', what, given, 'Leave it out to offer all of them')
}

function readTypes(types: unknown): (type: string) => boolean {
  if (typeof types === 'function') return types as (type: string) => boolean
  if (Array.isArray(types) && types.every((type) => /^[^\s/;]+\/[^\s/;]+$/.test(type))) {
    return typesIn(types)
  }
  const what = 'types must be a list such as ["text/*", "application/json"] or a function'
  throw invalid('compress', what, types, 'Leave it out for the usual types')
}

function assertLevel(coding: string, level: number): void {
  const known = Object.keys(LEVELS).join(', ')
  const isKnown = Object.hasOwn(LEVELS, coding)
  check('compress', isKnown, `levels must be for ${known}`, coding, 'Remove it')
  const [least, most] = LEVELS[coding as Coding] // checked above
  checkRange(
    'compress',
    Number.isInteger(level) && level >= least && level <= most,
    `the level of ${coding} must be an integer from ${least} to ${most}`,
    level,
    'Higher levels take longer',
  )
}

const MOST_REMEMBERED = 64
const LONGEST_REMEMBERED = 128

/** Remembers results, because browsers send the same few values again and again. */
function memoize<Value>(read: (field: string) => Value): (field: string) => Value {
  const known = new Map<string, Value>()
  return (field) => {
    const value = known.get(field)
    if (value !== undefined || known.has(field)) return value as Value
    const fresh = read(field)
    if (known.size < MOST_REMEMBERED && field.length <= LONGEST_REMEMBERED) known.set(field, fresh)
    return fresh
  }
}
