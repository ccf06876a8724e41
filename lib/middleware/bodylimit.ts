/** Limits the size of request bodies, whether or not the app reads them. */

import { changes, refusing } from '../authoring/refusing.ts'
import { named } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { limiting } from '../layers/bodylimit.ts'
import { mustBeSize } from '../layers/read.ts'
import type { Middleware } from '../types.ts'

export interface BodyLimitOptions {
  /** The maximum size of a request body in bytes. It is also the limit of `Request`. */
  maxSize: number
}

/**
 * Answers 413 to a body that is too large: before reading any of it if `Content-Length` says so, otherwise
 * when the limit is exceeded. An app that ignores the body or catches the error cannot send another
 * response.
 *
 * The limit replaces the default of `Request` (10 MB), whether it is smaller or larger. The innermost
 * limit applies: another `bodyLimit()` inside this one replaces it, and so does a read with a larger
 * limit, such as `request.form({ maxSize: 50_000_000 })`. Therefore the app is called in any case. Its
 * response is replaced with 413 unless an inner limit allows the body.
 *
 * @throws RangeError if the size is not a number of bytes.
 * @example
 * Application({
 *   routes: [Route('/upload', upload, { methods: ['POST'], middleware: [bodyLimit({ maxSize: 100_000_000 })] })],
 *   middleware: [bodyLimit({ maxSize: 100_000 })],
 * })
 */
export function bodyLimit(options: BodyLimitOptions): Middleware {
  knownOptions('bodyLimit', options, 'maxSize')
  const { maxSize } = options
  mustBeSize('bodyLimit', 'maxSize', maxSize)
  return named(
    'bodyLimit',
    refusing((method) => (changes(method) ? [413] : []), limiting(maxSize)),
  )
}
