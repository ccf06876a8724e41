// A client of each package that speaks to Redis, connected, that tries again soon.
import { Redis } from 'ioredis'
import { Redis as Valkey } from 'iovalkey'
import { createClient } from 'redis'
import type { RedisClient } from '../../lib/redis.ts'

const RETRY_MS = 20
const quiet = (): void => {}

type Connect = (path: string) => Promise<[client: RedisClient, disconnect: () => void]>

export const CLIENTS: Record<string, Connect> = {
  ioredis: async (path) => {
    const client = new Redis({ path, retryStrategy: () => RETRY_MS }).on('error', quiet)
    return [client, () => client.disconnect()]
  },
  iovalkey: async (path) => {
    const client = new Valkey({ path, retryStrategy: () => RETRY_MS }).on('error', quiet)
    return [client, () => client.disconnect()]
  },
  redis: async (path) => {
    const client = createClient({ socket: { path, tls: false, reconnectStrategy: RETRY_MS } })
    await client.on('error', quiet).connect()
    return [client, () => client.destroy()]
  },
}

/** The same two that have another protocol to speak, in the older one; and with a prefix of keys. */
export const OTHERS: Record<string, Connect> = {
  'ioredis by RESP2': async (path) => {
    const client = new Redis({ path, protocol: 2, keyPrefix: 'shop:' }).on('error', quiet)
    return [client, () => client.disconnect()]
  },
  'redis by RESP2': async (path) => {
    const client = createClient({ RESP: 2, socket: { path, tls: false } })
    await client.on('error', quiet).connect()
    return [client, () => client.destroy()]
  },
}
