/** Limits how often a client may send requests, in one process or across several. */

import { changeStart, type StartChange } from '../authoring/changestart.ts'
import { refusing } from '../authoring/refusing.ts'
import { Connection } from '../connections.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { withHeaders } from '../http/fieldlists.ts'
import { named } from '../internal/apps.ts'
import { check, checkFunction, checkRange, outOfRange } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { Store } from '../stores.ts'
import type { HeaderList, StateMiddleware } from '../types.ts'
import { memoryCounters, storeCounters } from './ratelimit/counters.ts'
import { networkOf } from './ratelimit/network.ts'
import { boundedKey, spend } from './ratelimit/spend.ts'
import type { RateLimit, Verdict } from './ratelimit/window.ts'

export type { RateLimit } from './ratelimit/window.ts'

export interface RateLimitOptions<State = Record<string, unknown>> {
  /** The limits, such as `{ max: 100, seconds: 60 }`. All of them apply. */
  limits: readonly RateLimit[]
  /**
   * The name of the counters, in letters, digits, `-` and `_` ('default'). Middleware with equal names in
   * a store shares its counters.
   */
  name?: string
  /**
   * The store of the counters (the memory of this process, for the latest 100,000 clients). It requires a
   * `name`.
   */
  store?: Store
  /**
   * Returns what identifies the client, or null for no limit (its address; for IPv6 the /64 network).
   * Behind a proxy, that is the address of the proxy unless `proxyHeaders()` outside sets the client's.
   */
  key?: (
    connection: Connection<Record<string, unknown>, State>,
  ) => string | null | Promise<string | null>
  /** Returns the cost of a request, a whole number (1). */
  cost?: (connection: Connection<Record<string, unknown>, State>) => number
  /** Whether responses carry `RateLimit` and `RateLimit-Policy` (true). */
  headers?: boolean
  /**
   * Called if the store fails. It returns true to let the request pass, or false for a 503 (a
   * `StoreUnavailable` gets 503, and other errors are rethrown).
   */
  onStoreError?: (error: unknown) => boolean | Promise<boolean>
}

/**
 * Answers 429 with `Retry-After` to a client that exceeds a limit.
 *
 * The window slides: requests of the last `seconds` count, those of the window before in proportion. The
 * counters are in the store and change atomically, so any number of processes share a limit exactly;
 * `redisStore` uses the clock of Redis. A rejected request costs nothing. A websocket handshake is counted
 * as a request; its messages are not.
 *
 * @throws RangeError if a limit is invalid.
 * @throws TypeError if a store is given without a name, or if `onStoreError` is not a function.
 * @example
 * const limits = [{ max: 10, seconds: 1 }, { max: 1000, seconds: 3600 }]
 * Application({ routes: [Route('/', home)], middleware: [rateLimit({ limits })] })
 */
export function rateLimit<State = Record<string, unknown>>(
  options: RateLimitOptions<State>,
): StateMiddleware<State> {
  knownOptions('rateLimit', options, 'limits name store key cost headers onStoreError')
  assertOptions(options)
  const judge = makeJudge(options)
  const fieldsFor = options.headers === false ? () => [] : fieldsOf(options)
  const refuses = options.store === undefined ? [429] : [429, 503]
  const middleware = refusing(refuses, (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    const goOn = ({ verdicts, refusal }: Judgement): Promise<void> => {
      const fields = verdicts.length > 0 ? fieldsFor(verdicts) : []
      const adding: StartChange = (message) => withHeaders(message, [...message.headers, ...fields])
      const sendWithFields = changeStart(send, adding)
      if (refusal === undefined) return app(scope, receive, sendWithFields)
      return answerException(refusal, scope, receive, sendWithFields)
    }
    const judged = judge(new Connection<Record<string, unknown>, State>(scope))
    if (!(judged instanceof Promise)) return goOn(judged)
    return judged.then(goOn, (error) => answerException(error, scope, receive, send))
  })
  return named('rateLimit', middleware)
}

/** Returns the rate limit fields (draft-ietf-httpapi-ratelimit-headers-10), as a flat list. */
export function limitFields(
  options: RateLimitOptions<never>,
  verdicts: readonly Verdict[],
): HeaderList {
  return fieldsOf(options)(verdicts)
}

/** Prepares the fields. The policy is the same in every response. */
function fieldsOf({
  limits,
  name = 'default',
}: RateLimitOptions<never>): (verdicts: readonly Verdict[]) => HeaderList {
  const policies = limits.map(({ max, seconds }) => `"${name}-${seconds}";q=${max};w=${seconds}`)
  const policy = policies.join(', ')
  return (verdicts) => {
    const states = verdicts.map(
      ({ limit, remaining, reset }) => `"${name}-${limit.seconds}";r=${remaining};t=${reset}`,
    )
    return ['ratelimit-policy', policy, 'ratelimit', states.join(', ')]
  }
}

interface Judgement {
  readonly verdicts: readonly Verdict[]
  readonly refusal?: HTTPException | undefined
}

/** Returns a promise only if a key or a store is asynchronous. */
function makeJudge<State>(
  options: RateLimitOptions<State>,
): (connection: Connection<Record<string, unknown>, State>) => MaybeLater<Judgement> {
  const { limits, store, name = 'default', onStoreError } = options
  const { key: keyOf = addressOf, cost: costOf = () => 1 } = options
  const counters = store === undefined ? memoryCounters() : storeCounters(store)
  const most = Math.min(...limits.map(({ max }) => max))
  const onError = async (error: unknown): Promise<Judgement> => {
    if (onStoreError === undefined) throw error
    return { verdicts: [], refusal: (await onStoreError(error)) ? undefined : unavailable() }
  }
  const judge = (
    key: string | null,
    connection: Connection<Record<string, unknown>, State>,
  ): MaybeLater<Judgement> => {
    if (key === null) return { verdicts: [] }
    const cost = checkedCost(costOf(connection), most)
    const spent = spend(counters, limits, boundedKey(name, key), cost)
    return spent instanceof Promise ? spent.then(judgementOf).catch(onError) : judgementOf(spent)
  }
  return (connection) => {
    const key = keyOf(connection)
    if (typeof key === 'string' || key === null) return judge(key, connection)
    return Promise.resolve(key).then((found) => judge(found, connection))
  }
}

type MaybeLater<Value> = Value | Promise<Value>

function judgementOf(verdicts: readonly Verdict[]): Judgement {
  return { verdicts, refusal: tooMany(verdicts) }
}

function addressOf({ client }: Pick<Connection, 'client'>): string {
  if (client !== null) return networkOf(client.host)
  throw new TypeError(
    'rateLimit: the client must have an address, none was given, as on a unix socket. Pass key.',
  )
}

function tooMany(verdicts: readonly Verdict[]): HTTPException | undefined {
  const refusing = verdicts.find(({ isAllowed }) => !isAllowed)
  if (refusing === undefined) return undefined
  const headers = { 'retry-after': String(refusing.reset) }
  return new HTTPException(429, `Too many requests. Try again in ${refusing.reset} s.`, { headers })
}

function unavailable(): HTTPException {
  return new HTTPException(503, 'The service is unavailable for a moment.')
}

function checkedCost(cost: number, most: number): number {
  if (Number.isInteger(cost) && cost >= 0 && cost <= most) return cost
  const what = `the cost must be an integer from 0 to ${most}, or the request could never pass`
  throw outOfRange('rateLimit', what, cost, 'Raise max')
}

function assertOptions(options: RateLimitOptions<never>): void {
  const { limits, store, name, key, cost, onStoreError } = options
  const allow = 'Write () => true to let requests pass'
  checkFunction('rateLimit', 'onStoreError', onStoreError, allow)
  checkFunction('rateLimit', 'key', key, 'Write ({ user }) => user.displayName')
  checkFunction('rateLimit', 'cost', cost, 'Write () => 1')
  const fix = 'Write limits: [{ max: 100, seconds: 60 }]'
  const isList: boolean = Array.isArray(limits)
  check('rateLimit', isList, 'limits must be a list', limits, fix)
  for (const limit of limits) {
    knownOptions('rateLimit: limits', limit, 'max seconds')
    const { max, seconds } = limit
    const isLimit = [max, seconds].every((value) => Number.isSafeInteger(value) && value > 0)
    const what = 'max and seconds must be integers over 0'
    checkRange('rateLimit', isLimit, what, [max, seconds], fix)
  }
  const windows = limits.map(({ seconds }) => seconds)
  const differ = windows.length > 0 && new Set(windows).size === windows.length
  const what = 'limits must be one or more, with different seconds'
  checkRange('rateLimit', differ, what, windows, fix)
  const isNamed = store === undefined || name !== undefined
  check('rateLimit', isNamed, 'a store needs a name', name, 'Pass name, such as "login"')
  check(
    'rateLimit',
    name === undefined || /^[\w-]+$/.test(name),
    'a name must be made of letters, digits, "-" and "_"',
    name,
    'Choose another',
  )
}
