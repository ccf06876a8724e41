// Two processes: one at the far end of a line that can be cut and slow, and one beside Redis.
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import {
  type ChannelGap,
  type Channels,
  channels,
  redisBackend,
  type SubscribeOptions,
  type Subscription,
} from '../../lib/channels.ts'
import { redisStore, type Store } from '../../lib/stores.ts'
import { RedisServer } from './redis.ts'
import { SlowLink } from './slowlink.ts'

export interface Scene {
  /** At the far end of the line. */
  readonly here: Channels
  readonly store: Store
  readonly link: SlowLink
  /** Beside the server. */
  readonly there: Channels
  readonly admin: Redis
}

export async function scene(t: Test, timeoutMs = 30_000): Promise<Scene> {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const link = new SlowLink(server.path)
  const port = await link.listen()
  t.teardown(link.close)
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 20 })
  client.on('error', () => {})
  const admin = new Redis({ path: server.path })
  t.teardown(() => [client.disconnect(), admin.disconnect()])
  const history = 10_000
  const onOutage = (): void => {}
  const here = channels({ backend: redisBackend({ client, history, timeoutMs, onOutage }) })
  // Thousands of messages at once take it longer than the default on a busy machine.
  const there = channels({ backend: redisBackend({ client: admin, history, timeoutMs: 30_000 }) })
  t.teardown(() => Promise.all([here.close(), there.close()]))
  return { here, there, link, admin, store: redisStore({ client, timeoutMs: 30_000, onOutage }) }
}

/** What a subscriber gets, and which gaps it is told of. */
export interface Reading {
  readonly got: string[]
  readonly gaps: (number | undefined)[]
  readonly subscription: Subscription
}

export async function reading(
  bus: Channels,
  name: string,
  { pauseMs, ...options }: SubscribeOptions & { pauseMs?: number } = {},
): Promise<Reading> {
  const gaps: (number | undefined)[] = []
  const onGap = ({ missed }: ChannelGap): void => void gaps.push(missed)
  const subscription = await bus.subscribe(name, { onGap, ...options })
  const got: string[] = []
  const read = async (): Promise<void> => {
    for await (const { text } of subscription) {
      got.push(text.trim())
      if (pauseMs !== undefined) await sleep(pauseMs)
    }
  }
  void read()
  return { got, gaps, subscription }
}

export const numbers = (count: number, first = 1): string[] =>
  Array.from({ length: count }, (_, index) => String(first + index))

export async function publish(
  bus: Channels,
  name: string,
  texts: readonly string[],
): Promise<void> {
  for (let index = 0; index < texts.length; index += 500) {
    await Promise.all(texts.slice(index, index + 500).map((text) => bus.publish(name, text)))
  }
}

export async function until(isSo: () => boolean, milliseconds = 60_000): Promise<void> {
  const end = performance.now() + milliseconds
  while (!isSo() && performance.now() < end) await sleep(5)
}
