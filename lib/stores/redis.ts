/** A store in Redis or Valkey, over the client of the application. */

import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { messageOf } from '../redis/breaker.ts'
import { mayHaveRun, warnOfResending } from '../redis/outcome.ts'
import {
  type OnOutage,
  type RedisClient,
  type RedisCommand,
  redisCommands,
  type SendCommand,
} from '../redis.ts'
import { handledStore } from './handled.ts'
import { spendCommand, spentOf } from './spendscript.ts'
import {
  assertAmount,
  assertTtl,
  counterOf,
  type IncrementOptions,
  type SpendWindow,
  type Spent,
  type Store,
  StoreUnavailable,
} from './store.ts'

export interface RedisStoreOptions {
  /** A connected client of `ioredis`, `iovalkey` or `redis`; the application closes it. */
  client: RedisClient
  /** Milliseconds to wait for a reply before `StoreUnavailable` (2000). */
  timeoutMs?: number
  /** Called once for each outage, not for each failed request (writes one line by `console.error`). */
  onOutage?: OnOutage
}

/**
 * Keeps values in Redis or Valkey, shared by all processes and machines.
 *
 * If an operation fails, or takes longer than `timeoutMs`, it rejects with `StoreUnavailable`, with the
 * client's error as its cause, even if the client itself would try longer. Unless it is caught, the response
 * is a 503. While Redis does not reply, most commands fail at once; they work again as soon as Redis is back.
 *
 * A client that queues commands while it is disconnected may still run one that has timed out. To fail at
 * once instead, disable its queue (`enableOfflineQueue: false`, `disableOfflineQueue: true`). The error says
 * if a failed write may have run. Clients of ioredis and iovalkey repeat unanswered commands after a
 * reconnect, so an `increment()` may count twice although it resolves. Create them with
 * `autoResendUnfulfilledCommands: false`.
 *
 * Each change of a counter or limit is one `EVAL` of one key; limits use the clock of Redis.
 *
 * @throws TypeError if the client is not supported, RangeError if `timeoutMs` is invalid.
 * @example
 * import { Redis } from 'ioredis'
 *
 * const store = redisStore({
 *   client: new Redis({ lazyConnect: true, autoResendUnfulfilledCommands: false }),
 * })
 * const sessionsOfTheShop = namespace(store, 'shop')
 */
export function redisStore(options: RedisStoreOptions): Store {
  knownOptions('redisStore', options, 'client timeoutMs onOutage')
  const { client, timeoutMs = 2000, onOutage } = options
  warnOfResending('redisStore', client, 'increment() may count twice')
  const send = redisCommands('redisStore', client, timeoutMs, onOutage)
  return handledStore(new RedisStore(send, client))
}

// Lua's numbers are doubles, as in JavaScript, so sums are exact up to the same limit.
const INCREMENT = `
local text = redis.call('GET', KEYS[1])
if text and not string.match(text, '^-?%d+$') then return text end
local sum = (tonumber(text or '0')) + tonumber(ARGV[1])
if ARGV[2] == '' or sum <= tonumber(ARGV[2]) then
  redis.call('INCRBY', KEYS[1], ARGV[1])
  if not text and ARGV[3] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
end
return string.format('%.0f', sum)`

class RedisStore implements Store {
  readonly #send: SendCommand
  readonly #client: RedisClient

  constructor(send: SendCommand, client: RedisClient) {
    this.#send = send
    this.#client = client
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const value = await this.#ask(['GET', key])
    return value instanceof Uint8Array ? value : undefined
  }

  async set(key: string, value: Uint8Array, ttl: number): Promise<void> {
    await this.#ask(setCommand(key, value, ttl))
  }

  async setIfAbsent(key: string, value: Uint8Array, ttl: number): Promise<boolean> {
    return (await this.#ask([...setCommand(key, value, ttl), 'NX'])) !== null
  }

  async delete(key: string): Promise<void> {
    await this.#ask(['DEL', key])
  }

  async clear(prefix = ''): Promise<void> {
    assertClearable(this.#client, prefix)
    for (let cursor = '0', isFirst = true; isFirst || cursor !== '0'; isFirst = false) {
      const reply = await this.#ask(['SCAN', cursor, 'MATCH', patternOf(prefix), 'COUNT', '500'])
      const [next, keys] = Array.isArray(reply) ? reply : []
      cursor = String(next ?? '0')
      if (Array.isArray(keys) && keys.length > 0) await this.#ask(['UNLINK', ...keys])
    }
  }

  async ttl(key: string): Promise<number | undefined> {
    const left = Number(await this.#ask(['PTTL', key]))
    if (left < 0) return left === -1 ? Number.POSITIVE_INFINITY : undefined
    return left / 1000
  }

  async touch(key: string, ttl: number): Promise<boolean> {
    assertTtl(ttl)
    const expiry = millisecondsOf(ttl)
    if (expiry !== '') return Number(await this.#ask(['PEXPIRE', key, expiry])) === 1
    await this.#ask(['PERSIST', key]) // replies 0 too if the key had no expiry
    return Number(await this.#ask(['EXISTS', key])) === 1
  }

  async increment(key: string, amount: number, options: IncrementOptions): Promise<number> {
    const { ttl, max = Number.POSITIVE_INFINITY } = options
    assertTtl(ttl)
    assertAmount(amount)
    const most = max === Number.POSITIVE_INFINITY ? '' : String(max)
    const args = [key, String(amount), most, millisecondsOf(ttl)]
    return counterOf(String(await this.#ask(['EVAL', INCREMENT, '1', ...args])), key)
  }

  async spend(
    key: string,
    cost: number,
    windows: readonly SpendWindow[],
  ): Promise<readonly Spent[]> {
    assertAmount(cost)
    return spentOf(await this.#ask(spendCommand(key, cost, windows)))
  }

  /** Resolves to the reply; rejects with `StoreUnavailable` if it is late. */
  async #ask(command: RedisCommand): Promise<unknown> {
    const [name] = command
    try {
      return await this.#send(command)
    } catch (error) {
      const outcome = !READING.has(name) && mayHaveRun(error) ? ' It may have run.' : ''
      throw new StoreUnavailable(
        `redisStore: ${name} failed, ${messageOf(error)}.${outcome} Check that Redis runs and can be reached.`,
        { cause: error },
      )
    }
  }
}

const READING: ReadonlySet<string> = new Set(['GET', 'PTTL', 'SCAN'])

function setCommand(key: string, value: Uint8Array, ttl: number): RedisCommand {
  assertTtl(ttl)
  const expiry = millisecondsOf(ttl)
  const bytes = globalThis.Buffer.from(value) // the clients accept bytes only as a Buffer
  return expiry === '' ? ['SET', key, bytes] : ['SET', key, bytes, 'PX', expiry]
}

/** A glob that matches the keys with this prefix. */
function patternOf(prefix: string): string {
  return `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`
}

/**
 * Refuses to clear if keys of other programs could be deleted, or keys missed. `SCAN` lists the keys of one
 * node only, and with the prefix that a client adds.
 */
function assertClearable(client: RedisClient, prefix: string): void {
  const where = 'redisStore: clear'
  const whole = 'a prefix is needed, or keys of other programs would be deleted'
  check(where, prefix !== '', whole, prefix, 'Write namespace(store, name).clear()')
  const options: object | undefined = 'options' in client ? Object(client.options) : undefined
  const hasPrefix = options !== undefined && 'keyPrefix' in options && options.keyPrefix
  const isCluster = 'isCluster' in client && client.isCluster === true
  const isPlain = !(isCluster || 'masters' in client || hasPrefix)
  const what = 'the client must be one of a single server, without keyPrefix'
  check(where, isPlain, what, client, 'Let the values expire instead')
}

/** Whole milliseconds for Redis, or '' for a value without expiry. */
function millisecondsOf(ttl: number): string {
  const milliseconds = Math.ceil(ttl * 1000)
  return Number.isSafeInteger(milliseconds) ? String(milliseconds) : ''
}
