/** Channels over Redis or Valkey, for any number of processes. */

import { check, checkNumber } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { warnOfResending } from '../redis/outcome.ts'
import { type OnOutage, type RedisClient, redisCommands } from '../redis.ts'
import { type ChannelBackend, checkHistory } from './backend.ts'
import { dialing } from './redis/link.ts'
import { RedisRelay } from './redis/relay.ts'

export interface RedisBackendOptions {
  /**
   * A connected client of `ioredis`, `iovalkey` or `redis`; the application closes it. Subscriptions use a
   * second connection, which is created from it.
   */
  client: RedisClient
  /** The approximate number of messages of each channel that are kept in streams (0, which uses no streams). */
  history?: number
  /** Seconds that the history is kept after its last message (3600). */
  ttl?: number
  /** Prefix of the names in Redis, before a colon ('STELLULA_CHANNELS'). */
  prefix?: string
  /** Milliseconds to wait for a reply before `ChannelsUnavailable` (2000). */
  timeoutMs?: number
  /** Called once for each outage, not for each failed message (writes one line by `console.error`). */
  onOutage?: OnOutage
  /** Milliseconds between checks of the connection for subscriptions (10,000). */
  pingMs?: number
}

/**
 * Carries messages through Redis or Valkey, to all processes with the same prefix and history.
 *
 * A channel is subscribed to in Redis only while it has subscribers in this process. While Redis cannot be
 * reached, `publish()` and `subscribe()` reject with `ChannelsUnavailable`. Subscriptions remain, and
 * continue after Redis is back. Without a history, messages of that time are lost, and each subscriber gets a
 * gap. With a history they are read from the stream. There is a gap only if the stream may be incomplete,
 * because it was trimmed, has expired, or was lost.
 *
 * If `publish()` rejects, its error says if the message may have been published. Clients of ioredis and
 * iovalkey repeat unanswered commands after a reconnect. With a history, such a message is still published
 * only once. Without one, it may arrive twice, unless the client was created with
 * `autoResendUnfulfilledCommands: false`.
 *
 * A client that queues commands while it is disconnected may still publish a message that has timed out. To
 * fail at once instead, disable its queue (`enableOfflineQueue: false`, `disableOfflineQueue: true`).
 *
 * @throws TypeError if the client is not supported, or of a cluster, or if the prefix has
 * control characters; RangeError if a number is out of range.
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
  checkHistory('redisBackend', history)
  checkNumber('redisBackend', 'ttl', ttl, 0.001)
  checkNumber('redisBackend', 'pingMs', pingMs, 1)
  const isPlain = !/[\p{Cc}\p{Cs}]/u.test(prefix)
  const rule = 'prefix must not have control characters'
  check('redisBackend', isPlain, rule, prefix, 'Choose another prefix')
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
