/** A connection for subscriptions, created from the application's client. */
import { invalid } from '../../internal/checks.ts'
import type { RedisClient } from '../../redis.ts'
import type { Dial, Link, LinkEvents } from '../uplink.ts'

/** The methods of `ioredis` and `iovalkey` connections that are used. */
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

/** The methods of `redis` connections that are used. */
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
 * Returns a function that opens connections with the options of a client.
 *
 * @throws TypeError if the client cannot be duplicated, for example that of a cluster.
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
  throw invalid('redisBackend', what, client, 'Pass one that is not a cluster')
}

// The used properties have been checked; the full types of the clients have too little in common.
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
      // It rejects if the connection was not open, which is no error here.
    }
  }
  return {
    async open() {
      await client.connect()
      if (isClosed) destroy() // the earlier call had nothing to destroy
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
