/** Sends commands to Redis or Valkey by any of the supported clients. */
import { checkFunction, invalid } from './internal/checks.ts'
import { assertTimeout } from './internal/deadline.ts'
import { breakerOf, logOutage, type OnOutage } from './redis/breaker.ts'

export type { OnOutage }

/** The method of `ioredis` and `iovalkey` clients that is used, clusters included. */
export interface CallingClient {
  callBuffer(command: string, ...args: (string | Uint8Array | number)[]): Promise<unknown>
}

/** The method of `redis` clients that is used. */
export interface SendingClient {
  sendCommand(args: readonly (string | Uint8Array)[], options?: object): Promise<unknown>
}

/** A client of `ioredis`, `iovalkey` or `redis`. */
export type RedisClient = CallingClient | SendingClient

/** The name of a command and its arguments. */
export type RedisCommand = readonly [name: string, ...args: (string | Uint8Array)[]]

/** Sends a command; strings in the reply are bytes. */
export type SendCommand = (command: RedisCommand) => Promise<unknown>

/** An option by which `redis` does not decode strings, which have the type "$" on the wire. */
const AS_BYTES = { typeMapping: { 36: globalThis.Buffer } }

/**
 * Returns a function that sends commands by a client, and waits at most `timeoutMs` for each reply.
 *
 * Commands are sent in the order of the calls. A command that fails rejects with the client's error.
 * After three unanswered commands in a row, commands fail at once, and one is sent every 100 to 1,000 ms
 * until Redis replies. This state is shared by all users of the client.
 *
 * @param where The caller, for error messages.
 * @param timeoutMs Milliseconds, less than 2^31.
 * @param onOutage Called with the error that begins an outage, not with each that follows (writes one
 * line by `console.error`).
 * @throws TypeError if the client is not supported, RangeError if `timeoutMs` is invalid.
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
  assertTimeout(where, timeoutMs)
  checkFunction(where, 'onOutage', onOutage, 'Write (error) => …')
  const send = sender(where, client)
  const breaker = breakerOf(client)
  const options = { timeoutMs, onOutage }
  return ([name, ...args]) => breaker.run(() => send([name, ...args.map(asBuffer)]), options)
}

/** The clients accept bytes only as a Buffer; one of them would write other arrays as text. */
function asBuffer(arg: string | Uint8Array): string | Uint8Array {
  if (typeof arg === 'string') return arg
  return globalThis.Buffer.from(arg.buffer, arg.byteOffset, arg.byteLength)
}

/** `callBuffer` is tested first: `ioredis` has a `sendCommand` with another signature. */
function sender(where: string, client: RedisClient): SendCommand {
  if ('callBuffer' in client) return ([name, ...args]) => client.callBuffer(name, ...args)
  if ('sendCommand' in client) return (command) => client.sendCommand(command, AS_BYTES)
  const what = 'client must be a client of ioredis, iovalkey or redis'
  throw invalid(where, what, client, 'Pass the connected client')
}
