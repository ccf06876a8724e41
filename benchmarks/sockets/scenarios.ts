// What is said over websockets, and by how many?

/**
 * Who is measured: `rawtext` is bare ws too, with a handler that makes strings of texts, and `channels`
 * is Stellula, with its channels instead of a loop.
 */
export const socketContenders = [
  'raw',
  'rawtext',
  'stellula',
  'channels',
  'fastify',
  'hono',
  'h3',
] as const

/** What a contender serves at `/`: each message goes back, or goes to all who are there. */
export const socketApps = ['echo', 'broadcast'] as const

export const speedScenarios = [
  'echo',
  'echo8',
  'echo1k',
  'broadcast1000',
  'broadcast10000',
] as const

export const socketScenarios = [...speedScenarios, 'idle5000'] as const

export type SocketContender = (typeof socketContenders)[number]
export type SocketApp = (typeof socketApps)[number]
export type SocketScenario = (typeof socketScenarios)[number]
export type SpeedScenario = (typeof speedScenarios)[number]

export interface Talk {
  app: SocketApp
  connections: number
  /** How many messages a connection has under way at a time; of a broadcast there is one in all. */
  inFlight: number
  message: string | Uint8Array
}

/** Some 32 bytes, as what people say in a chat. */
export const remark = '{"from":"ada","text":"good day"}'

const kilobyte = Uint8Array.from({ length: 1024 }, (_, index) => index % 256)

export const talks: Record<SocketScenario, Talk> = {
  echo: { app: 'echo', connections: 64, inFlight: 1, message: remark },
  echo8: { app: 'echo', connections: 64, inFlight: 8, message: remark },
  echo1k: { app: 'echo', connections: 64, inFlight: 1, message: kilobyte },
  broadcast1000: { app: 'broadcast', connections: 1000, inFlight: 1, message: remark },
  broadcast10000: { app: 'broadcast', connections: 10_000, inFlight: 1, message: remark },
  // Each says one thing, and then no more.
  idle5000: { app: 'echo', connections: 5000, inFlight: 1, message: remark },
}

export function offersSocket(contender: SocketContender, scenario: SocketScenario): boolean {
  if (contender === 'rawtext') return scenario === 'echo' || scenario === 'echo8'
  return contender !== 'channels' || talks[scenario].app === 'broadcast'
}
