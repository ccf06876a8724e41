/** Runs a request once, however often it is sent. */

import { refusing } from '../authoring/refusing.ts'
import { intactReceive } from '../body.ts'
import { answerException } from '../errors/handlers.ts'
import { joinedField } from '../http/conditional.ts'
import { sha256 } from '../internal/digests.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { must, mustRange } from '../internal/must.ts'
import { withoutPathsend } from '../protocol/pathsend.ts'
import { Request } from '../requests.ts'
import type { HTTPScope, StateMiddleware } from '../types.ts'
import { readKey } from './idempotency/key.ts'
import { Recording } from './idempotency/recording.ts'
import { type Answer, type RecordStore, Records } from './idempotency/records.ts'
import { replay } from './idempotency/replay.ts'

/** The part of a store that is used. */
export type IdempotencyStore = RecordStore

export interface IdempotencyOptions<State = Record<string, unknown>> {
  /** Where keys and responses are kept: any store. */
  store: IdempotencyStore
  /**
   * Identifies the user, so that one never gets the response of another: a name, an account, the value of
   * `Authorization`. For clients without users, write `() => ''`.
   */
  user: (request: Request<Record<string, unknown>, State>) => string | Promise<string>
  /** Seconds that a response is kept (86,400, a day). */
  ttl?: number
  /** Seconds after which a request that was never answered, as in a crash, may run again (60). */
  runTtl?: number
  /** Milliseconds that a repeated request waits for the first one before it is answered by 409 (0). */
  waitMs?: number
  /** The methods for which the key counts (['POST', 'PATCH']). */
  methods?: readonly string[]
  /** Answer a request without a key by 400 (false). */
  required?: boolean
  /** Maximum bytes of a response that is kept (1 MB); a larger one is sent, and repeats get 409. */
  maxBodySize?: number
}

/**
 * Answers a repeated `Idempotency-Key` with the response of the first request, without calling the app
 * (draft-ietf-httpapi-idempotency-key-header-07).
 *
 * A key belongs to a user, a method and a path. While the first request runs, its repeats are answered
 * by 409, or wait. A key that comes back with another body is answered by 422. Responses are kept before
 * they are sent, so that a client that was cut off gets its response with the next attempt; they carry
 * `idempotency-replayed: true` then. What failed with a status of 500 or more, or with an exception, may
 * run again. If the store is unavailable, the request is not run.
 *
 * The body is read whole, within the limit of the app.
 *
 * @throws TypeError if `store`, `user` or `methods` is invalid, RangeError if a number is out of range.
 * @example
 * const once = idempotency({ store: memoryStore(), user: ({ user }) => user.displayName })
 * Route('/payments', { post: () => new PlainTextResponse('paid') }, { middleware: [once] })
 */
export function idempotency<State = Record<string, unknown>>(
  options: IdempotencyOptions<State>,
): StateMiddleware<State> {
  const names = 'store user ttl runTtl waitMs methods required maxBodySize'
  knownOptions('idempotency', options, names)
  assertOptions(options)
  const { store, user, ttl = 86_400, runTtl = 60, waitMs = 0, required = false } = options
  const { methods = ['POST', 'PATCH'], maxBodySize = 1_000_000 } = options
  const records = new Records(store, { ttl, runTtl, waitMs })
  const begin = async (request: Request<Record<string, unknown>, State>): Promise<Outcome> => {
    const key = readKey(request.scope.headers, required)
    if (key === undefined) return undefined
    const print = fingerprint(request.scope, await request.bytes())
    const name = nameOf(request.scope, await user(request), key)
    return { name, print, answer: await records.begin(name, print) }
  }
  const refuses = (method: string): readonly number[] =>
    methods.includes(method) ? [400, 409, 422] : []
  return refusing(refuses, (app) => async (scope, receive, send) => {
    if (scope.type !== 'http' || !methods.includes(scope.method)) return app(scope, receive, send)
    const request = new Request<Record<string, unknown>, State>(scope, receive, send)
    let outcome: Outcome
    try {
      outcome = await begin(request)
    } catch (error) {
      return answerException(error, scope, receive, send)
    }
    if (outcome === undefined) return app(scope, receive, send)
    const { name, print, answer } = outcome
    if (answer !== undefined) return replay(answer, send)
    const recording = new Recording(send, maxBodySize, (kept) => records.keep(name, print, kept))
    const { extensions } = scope
    // A file that the server sends by path would not be recorded.
    if (extensions !== undefined) scope.extensions = withoutPathsend(extensions)
    try {
      await app(scope, intactReceive(receive), recording.send)
    } finally {
      if (extensions !== undefined) scope.extensions = extensions
      if (!recording.isProcessed) await records.release(name)
    }
  })
}

/** What is known of a request with a key; it may run if there is no answer. */
type Outcome =
  | { readonly name: string; readonly print: string; readonly answer: Answer | undefined }
  | undefined

/** A hash, since keys come from clients, and stores have their own rules for names. */
function nameOf({ method, rawPath, headers }: HTTPScope, user: unknown, key: string): string {
  if (typeof user !== 'string') {
    throw new TypeError('idempotency: user must return a text. Return the name of the account.')
  }
  const host = joinedField(headers, 'host')
  return `idempotency:${sha256(JSON.stringify([method, host, rawPath, user, key]))}`
}

/** What makes two requests the same. */
function fingerprint({ headers, queryString }: HTTPScope, body: Uint8Array): string {
  const type = joinedField(headers, 'content-type')
  return sha256(JSON.stringify([queryString, type, sha256(body)]))
}

function assertOptions({ store, user, methods, ...numbers }: IdempotencyOptions<never>): void {
  const where = 'idempotency'
  const isStore = typeof store?.setIfAbsent === 'function'
  must(where, isStore, 'store must be a store', store, 'Pass redisStore() or another')
  must(where, typeof user === 'function', 'user must be a function', user, "Write () => ''")
  const isList = methods === undefined || Array.isArray(methods)
  must(where, isList, 'methods must be a list', methods, "Write ['POST']")
  for (const [name, value] of Object.entries(numbers)) {
    if (name === 'required' || value === undefined) continue
    const isFit = Number(value) >= 0 && (Number(value) > 0 || !name.endsWith('tl'))
    mustRange(where, isFit, `${name} must be a number in its range`, value, 'Leave it out')
  }
}
