/** Runs a request only once, even if it is sent several times. */

import { refusing } from '../authoring/refusing.ts'
import { intactReceive } from '../body.ts'
import { answerException } from '../errors/handlers.ts'
import { joinedField } from '../http/conditional.ts'
import { named } from '../internal/apps.ts'
import { check, checkRange } from '../internal/checks.ts'
import { sha256 } from '../internal/digests.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { withoutPathsend } from '../protocol/pathsend.ts'
import { Request } from '../requests.ts'
import { methodSet } from '../routing/route.ts'
import type { HTTPScope, StateMiddleware } from '../types.ts'
import { readKey } from './idempotency/key.ts'
import { Recording } from './idempotency/recording.ts'
import { type Answer, type RecordStore, Records } from './idempotency/records.ts'
import { replay } from './idempotency/replay.ts'

/** The part of a store that is used. */
export type IdempotencyStore = RecordStore

export interface IdempotencyOptions<State = Record<string, unknown>> {
  /** The store of the keys and responses, any one. */
  store: IdempotencyStore
  /**
   * Returns what identifies the user: a name, an account, the value of `Authorization`. No user gets the
   * response of another. For clients without users, write `() => ''`.
   */
  user: (request: Request<Record<string, unknown>, State>) => string | Promise<string>
  /** Seconds for which a response is kept (86,400, a day). */
  ttl?: number
  /** Seconds after which a request may run again if the process crashed while it ran (60). */
  runTtl?: number
  /** Milliseconds that a repeated request waits for the first one before it gets 409 (0). */
  waitMs?: number
  /** The methods for which the key is read (['POST', 'PATCH']). */
  methods?: readonly string[]
  /** Whether a request without a key gets 400 (false). */
  required?: boolean
  /**
   * The maximum size in bytes of a response that is kept (1 MB). A larger one is sent, and repeats get
   * 409.
   */
  maxBodySize?: number
}

/**
 * Answers a repeated `Idempotency-Key` with the response of the first request, without calling the app
 * (draft-ietf-httpapi-idempotency-key-header-07).
 *
 * A key belongs to a user, a method and a path. While the first request runs, its repeats get 409, or
 * wait. A key that is sent again with another body gets 422. A response is kept before it is sent. If the
 * client was disconnected, it gets the response with the next attempt, with the field
 * `idempotency-replayed: true`. A request that failed with a status of 500 or more, or with an exception,
 * may run again. If the store is unavailable, the request is not run.
 *
 * The middleware reads the whole body, within the limit of the app.
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
  const { maxBodySize = 1_000_000 } = options
  const methods = methodSet(options.methods ?? ['POST', 'PATCH'], 'idempotency') ?? new Set()
  const records = new Records(store, { ttl, runTtl, waitMs })
  const begin = async (request: Request<Record<string, unknown>, State>): Promise<Outcome> => {
    const key = readKey(request.scope.headers, required)
    if (key === undefined) return undefined
    const print = fingerprint(request.scope, await request.bytes())
    const name = nameOf(request.scope, await user(request), key)
    return { name, print, answer: await records.begin(name, print) }
  }
  const refuses = (method: string): readonly number[] =>
    methods.has(method) ? [400, 409, 422] : []
  const middleware = refusing(refuses, (app) => async (scope, receive, send) => {
    if (scope.type !== 'http' || !methods.has(scope.method)) return app(scope, receive, send)
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
  return named('idempotency', middleware)
}

/** The record of a request with a key. The request may run if there is no answer. */
type Outcome =
  | { readonly name: string; readonly print: string; readonly answer: Answer | undefined }
  | undefined

/** Returns a hash, because keys come from clients and stores restrict names. */
function nameOf({ method, rawPath, headers }: HTTPScope, user: unknown, key: string): string {
  if (typeof user !== 'string') {
    throw new TypeError('idempotency: user must return a text. Return the name of the account.')
  }
  const host = joinedField(headers, 'host')
  return `idempotency:${sha256(JSON.stringify([method, host, rawPath, user, key]))}`
}

/** Returns a hash that is equal for equal requests. */
function fingerprint({ headers, queryString }: HTTPScope, body: Uint8Array): string {
  const type = joinedField(headers, 'content-type')
  return sha256(JSON.stringify([queryString, type, sha256(body)]))
}

function assertOptions({
  store,
  user,
  methods: _methods,
  ...numbers
}: IdempotencyOptions<never>): void {
  const where = 'idempotency'
  const isStore = typeof store?.setIfAbsent === 'function'
  check(where, isStore, 'store must be a store', store, 'Pass redisStore() or another')
  check(where, typeof user === 'function', 'user must be a function', user, "Write () => ''")
  for (const [name, value] of Object.entries(numbers)) {
    if (name === 'required' || value === undefined) continue
    const isTtl = name === 'ttl' || name === 'runTtl'
    const isFit = typeof value === 'number' && (isTtl ? value > 0 : value >= 0)
    const least = isTtl ? 'a number above 0' : 'a number of 0 or more'
    checkRange(where, isFit, `${name} must be ${least}`, value, 'Leave it out')
  }
}
