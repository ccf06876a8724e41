/** A store in Redis or Valkey, over the client that the application has. */
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
import { HandledStore } from './handled.ts'
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
  /** A connected client of `ioredis`, `iovalkey` or `redis`; whoever made it closes it. */
  client: RedisClient
  /** The milliseconds that an answer may take (2000); `StoreUnavailable` then. */
  timeoutMs?: number
  /** Told once of each outage, not with each request that fails (one line by `console.error`). */
  onOutage?: OnOutage
}

/**
 * Keeps values in Redis or Valkey, where all processes and machines see the same.
 *
 * Every failure is a `StoreUnavailable` with the client's error as its cause, within `timeoutMs` at
 * the latest, however long the client itself would try; requests are answered by 503 then. While Redis
 * does not answer, most commands fail at once; once Redis is back, so is the store. A client
 * that queues commands while it is not connected may still run one that was given up on: switch its
 * queue off (`enableOfflineQueue: false`, `disableOfflineQueue: true`) to fail at once instead.
 * A write that fails may have run, where the error says so. Clients of ioredis and iovalkey send again
 * what was not answered when a connection was lost, so that an `increment()` may count twice although
 * it resolves: make them with `autoResendUnfulfilledCommands: false`.
 *
 * Counters and limits are one `EVAL` of one key each, and limits go by the clock of Redis.
 *
 * @throws TypeError for what is no client, RangeError for what is no time.
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
  return new HandledStore(new RedisStore(redisCommands('redisStore', client, timeoutMs, onOutage)))
}

// Lua's numbers are doubles, as ours are, so sums are exact as far.
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

  constructor(send: SendCommand) {
    this.#send = send
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const value = await this.#ask(['GET', key])
    return value instanceof Uint8Array ? value : undefined
  }

  async set(key: string, value: Uint8Array, ttl: number): Promise<void> {
    assertTtl(ttl)
    const expiry = millisecondsOf(ttl)
    const bytes = globalThis.Buffer.from(value) // which is what the clients know bytes by
    await this.#ask(expiry === '' ? ['SET', key, bytes] : ['SET', key, bytes, 'PX', expiry])
  }

  async delete(key: string): Promise<void> {
    await this.#ask(['DEL', key])
  }

  async touch(key: string, ttl: number): Promise<boolean> {
    assertTtl(ttl)
    const expiry = millisecondsOf(ttl)
    if (expiry !== '') return Number(await this.#ask(['PEXPIRE', key, expiry])) === 1
    await this.#ask(['PERSIST', key]) // which says 0 too when there was no expiry
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

  /** The answer to a command, or `StoreUnavailable` when there is none in time. */
  async #ask(command: RedisCommand): Promise<unknown> {
    const [name] = command
    try {
      return await this.#send(command)
    } catch (error) {
      const outcome = name !== 'GET' && mayHaveRun(error) ? ' Whether it has run is unknown.' : ''
      throw new StoreUnavailable(
        `redisStore: ${name} failed, ${messageOf(error)}.${outcome} Look whether Redis runs and can be reached.`,
        { cause: error },
      )
    }
  }
}

/** What Redis takes; nothing for what lives on. */
function millisecondsOf(ttl: number): string {
  const milliseconds = Math.ceil(ttl * 1000)
  return Number.isSafeInteger(milliseconds) ? String(milliseconds) : ''
}
