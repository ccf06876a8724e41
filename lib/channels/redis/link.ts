/** One connection for subscriptions, made after the application's client, whichever that is. */
import { wrong } from '../../internal/must.ts'
import type { RedisClient } from '../../redis.ts'

/**
 * A connection that lives once: it opens, and when it is lost it is over.
 *
 * To connect again is not left to the clients, each of which has its own idea of when the
 * subscriptions are there again, and none of which tells what was missed.
 */
export interface Link {
  open(): Promise<unknown>
  subscribe(channels: string[]): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  ping(): Promise<unknown>
  /** Ends it, in whatever state it is; `lost` is called then, too. */
  close(): void
}

export interface LinkEvents {
  message(channel: string, payload: Uint8Array): void
  /** Called once or more often. */
  lost(error?: unknown): void
}

export type Dial = (events: LinkEvents) => Link

/** What `ioredis` and `iovalkey` have of a connection for subscriptions. */
interface EmittingClient {
  duplicate(overrides: object): EmittingClient
  on(event: string, listener: (...values: never[]) => void): unknown
  connect(): Promise<unknown>
  subscribe(...channels: string[]): Promise<unknown>
  unsubscribe(...channels: string[]): Promise<unknown>
  ping(): Promise<unknown>
  disconnect(): void
}

type Listener = (message: Uint8Array, channel: Uint8Array) => void

/** What the clients of `redis` have of it. */
interface ListeningClient {
  readonly options?: { readonly socket?: object }
  duplicate(overrides: object): ListeningClient
  on(event: string, listener: (...values: never[]) => void): unknown
  connect(): Promise<unknown>
  subscribe(channels: string[], listener: Listener, asBytes: true): Promise<unknown>
  unsubscribe(channel: string, listener: Listener, asBytes: true): Promise<unknown>
  ping(): Promise<unknown>
  destroy(): void
}

/**
 * Gives the way to make connections like a client's.
 *
 * @throws TypeError for a client that cannot be made again, as one of a cluster.
 */
export function dialing(client: RedisClient, timeoutMs: number): Dial {
  if ('callBuffer' in client && isSingle(client, 'disconnect')) {
    const source = client as CallingSource
    return (events) => emitting(source, timeoutMs, events)
  }
  if (!('callBuffer' in client) && isSingle(client, 'destroy')) {
    const source = client as SendingSource
    return (events) => listening(source, timeoutMs, events)
  }
  const what = 'client must be the client of a single server, or of Sentinel'
  throw wrong('redisBackend', what, client, 'Pass one that is not a cluster')
}

// What was looked for is there; the clients' own types are too far apart to be named in full.
type CallingSource = RedisClient & EmittingClient
type SendingSource = RedisClient & ListeningClient

function isSingle(client: object, ending: string): boolean {
  const isCluster = ('isCluster' in client && client.isCluster === true) || 'masters' in client
  return !isCluster && ['duplicate', 'subscribe', ending].every((name) => name in client)
}

function emitting(source: EmittingClient, timeoutMs: number, events: LinkEvents): Link {
  const client = source.duplicate({
    lazyConnect: true,
    connectTimeout: timeoutMs,
    retryStrategy: () => null,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: null,
  })
  client.on('messageBuffer', (channel: Uint8Array, payload: Uint8Array) => {
    events.message(String(channel), payload)
  })
  client.on('error', (error: unknown) => events.lost(error))
  client.on('close', () => events.lost())
  return {
    open: () => client.connect(),
    subscribe: (channels) => client.subscribe(...channels),
    unsubscribe: (channel) => client.unsubscribe(channel),
    ping: () => client.ping(),
    close() {
      client.disconnect()
      events.lost()
    },
  }
}

function listening(source: ListeningClient, timeoutMs: number, events: LinkEvents): Link {
  const socket = { ...source.options?.socket, connectTimeout: timeoutMs, reconnectStrategy: false }
  const client = source.duplicate({ socket, disableOfflineQueue: false, pingInterval: undefined })
  const listener: Listener = (payload, channel) => events.message(String(channel), payload)
  client.on('error', (error: unknown) => events.lost(error))
  client.on('end', () => events.lost())
  let isClosed = false
  const destroy = (): void => {
    try {
      client.destroy()
    } catch {
      // It says so when it was not open, which is what is wanted.
    }
  }
  return {
    async open() {
      await client.connect()
      if (isClosed) destroy() // which had nothing to destroy before
    },
    subscribe: (channels) => client.subscribe(channels, listener, true),
    unsubscribe: (channel) => client.unsubscribe(channel, listener, true),
    ping: () => client.ping(),
    close() {
      isClosed = true
      destroy()
      events.lost()
    },
  }
}
