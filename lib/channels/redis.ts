/** Channels over Redis or Valkey, for any number of processes. */
import { knownOptions } from '../internal/knownoptions.ts'
import { warnOfResending } from '../redis/outcome.ts'
import { type OnOutage, type RedisClient, redisCommands } from '../redis.ts'
import type { ChannelBackend } from './backend.ts'
import { dialing } from './redis/link.ts'
import { RedisRelay } from './redis/relay.ts'

export interface RedisBackendOptions {
  /**
   * A connected client of `ioredis`, `iovalkey` or `redis`; whoever made it closes it. Subscriptions
   * have a connection of their own, made after it.
   */
  client: RedisClient
  /** About how many messages of each channel are kept, in streams (0, and no streams then). */
  history?: number
  /** Seconds that the history lives after its last message (3600). */
  ttl?: number
  /** What the names in Redis begin with ('STELLULA_CHANNELS'), before a colon. */
  prefix?: string
  /** The milliseconds that an answer may take (2000); `ChannelsUnavailable` then. */
  timeoutMs?: number
  /** Told once of each outage, not with each message that fails (one line by `console.error`). */
  onOutage?: OnOutage
  /** Milliseconds between looks whether the connection for subscriptions lives (10,000). */
  pingMs?: number
}

/**
 * Carries messages through Redis or Valkey, to all processes that use the same prefix and history.
 *
 * A channel is subscribed to only while somebody in this process is. When Redis is gone, `publish()`
 * and `subscribe()` reject with `ChannelsUnavailable`, and subscriptions stay; when it is back, they
 * go on. Without a history what was published meanwhile is lost, and each subscriber is told of a
 * gap. With one it is read from the stream, and there is a gap only where the stream does not prove
 * that nothing is missing: it was trimmed, has expired, or Redis came back without it.
 *
 * When `publish()` rejects the message may have been published, where the error says so. Clients of
 * ioredis and iovalkey send again what was not answered when a connection was lost. With a history such
 * a message is published once all the same; without one it may come twice, unless the client is made
 * with `autoResendUnfulfilledCommands: false`.
 *
 * A client that queues commands while it is not connected may still publish what was given up on:
 * switch its queue off (`enableOfflineQueue: false`, `disableOfflineQueue: true`) to fail at once.
 *
 * @throws TypeError for what is no client, or one of a cluster, and for a prefix with control
 * characters; RangeError for numbers that are none.
 * @example
 * import { Redis } from 'ioredis'
 *
 * const client = new Redis({ lazyConnect: true, autoResendUnfulfilledCommands: false })
 * const bus = channels({ backend: redisBackend({ client, history: 100 }) })
 */
export function redisBackend(options: RedisBackendOptions): ChannelBackend {
  knownOptions('redisBackend', options, 'client history ttl prefix timeoutMs onOutage pingMs')
  const { client, history = 0, ttl = 3600, timeoutMs = 2000, pingMs = 10_000 } = options
  const { prefix = 'STELLULA_CHANNELS', onOutage } = options
  assertNumber('history', Number.isSafeInteger(history) && history >= 0, history)
  assertNumber('ttl', ttl > 0 && ttl < 2 ** 31, ttl)
  assertNumber('pingMs', pingMs >= 1 && pingMs < 2 ** 31, pingMs)
  if (/[\p{Cc}\p{Cs}]/u.test(prefix)) {
    throw new TypeError(
      `redisBackend: prefix must be without control characters, ${JSON.stringify(prefix)} was given. Choose another.`,
    )
  }
  if (history === 0) warnOfResending('redisBackend', client, 'publish() may send a message twice')
  const send = redisCommands('redisBackend', client, timeoutMs, onOutage)
  const limits = { length: history, ttlMs: Math.ceil(ttl * 1000) }
  return new RedisRelay({
    dial: dialing(client, timeoutMs),
    send,
    limits,
    prefix,
    timeoutMs,
    pingMs,
  })
}

function assertNumber(option: string, isFit: boolean, value: number): void {
  if (isFit) return
  throw new RangeError(
    `redisBackend: ${option} must be a number in its range, ${value} was given. See RedisBackendOptions.`,
  )
}
