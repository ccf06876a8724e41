/** One way to send commands to Redis or Valkey, over whichever client the application has. */
import { breakerOf, logOutage, type OnOutage } from './redis/breaker.ts'

export type { OnOutage }

/** What `ioredis` and `iovalkey` clients have, clusters too. */
export interface CallingClient {
  callBuffer(command: string, ...args: (string | Uint8Array | number)[]): Promise<unknown>
}

/** What the clients of `redis` have. */
export interface SendingClient {
  sendCommand(args: readonly (string | Uint8Array)[], options?: object): Promise<unknown>
}

export type RedisClient = CallingClient | SendingClient

export type RedisCommand = readonly [name: string, ...args: (string | Uint8Array)[]]

/** Sends a command; strings of the answer are bytes. */
export type SendCommand = (command: RedisCommand) => Promise<unknown>

/** Strings as they came: how `redis` is told not to decode them ("$" marks one on the wire). */
const AS_BYTES = { typeMapping: { 36: globalThis.Buffer } }

/**
 * Gives a function that sends commands by a client, and waits `timeoutMs` for an answer at most.
 *
 * Commands go out in the order of the calls. A command that fails rejects with the client's error.
 * After three in a row that were not answered, commands fail at once, and one is sent every 100 to
 * 1,000 ms until Redis answers; all who use the client share that. `where` names the caller in errors.
 *
 * @param onOutage Told of the first command of an outage that fails, not of each (one line by
 * `console.error`).
 * @throws TypeError for what is no client, RangeError for what is no time.
 * @example
 * import { Redis } from 'ioredis'
 *
 * const send = redisCommands('visits', new Redis({ lazyConnect: true }), 2000)
 * const count = (): Promise<unknown> => send(['INCR', 'visits'])
 */
export function redisCommands(
  where: string,
  client: RedisClient,
  timeoutMs: number,
  onOutage: OnOutage = logOutage(where),
): SendCommand {
  if (!(timeoutMs > 0 && timeoutMs < 2 ** 31)) {
    throw new RangeError(
      `${where}: timeoutMs must be a number of milliseconds below 2^31, ${timeoutMs} was given. Choose how long a request may wait.`,
    )
  }
  const send = sender(where, client)
  const breaker = breakerOf(client)
  const options = { timeoutMs, onOutage }
  return ([name, ...args]) => breaker.run(() => send([name, ...args.map(asBuffer)]), options)
}

/** Of bytes the clients know only this kind; one of them would write the others as text. */
function asBuffer(arg: string | Uint8Array): string | Uint8Array {
  if (typeof arg === 'string') return arg
  return globalThis.Buffer.from(arg.buffer, arg.byteOffset, arg.byteLength)
}

/** `ioredis` has a `sendCommand` of another kind. */
function sender(where: string, client: RedisClient): SendCommand {
  if ('callBuffer' in client) return ([name, ...args]) => client.callBuffer(name, ...args)
  if ('sendCommand' in client) return (command) => client.sendCommand(command, AS_BYTES)
  throw new TypeError(
    `${where}: client must be one of ioredis, iovalkey or redis, something else was given. Pass the connected client.`,
  )
}
