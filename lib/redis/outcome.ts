/** Determines whether commands may have run, and whether the client may run them twice. */
import { isReply, messageOf, NotSent } from './breaker.ts'

/** The messages of clients that refuse to send a command. */
const REFUSED = /^(?:Stream isn't writeable|The client is (?:offline|closed))/

/** Whether a failed command may have run, or may still run: it was sent, or is queued. */
export function mayHaveRun(error: unknown): boolean {
  if (isReply(error) || error instanceof NotSent || error instanceof TypeError) return false
  return !REFUSED.test(messageOf(error))
}

const warned = new WeakSet<object>()

/**
 * Warns once for each client that sends unanswered commands again after a reconnect.
 *
 * @throws TypeError for anything else than a client, such as its URL.
 */
export function warnOfResending(where: string, client: object, effect: string): void {
  if (typeof client !== 'object' || client === null) {
    // Without its text: a URL may have a password.
    throw new TypeError(
      `${where}: client must be a client of Redis, ${typeof client} was given. Write { client: new Redis(url) }.`,
    )
  }
  if (!resends(client) || warned.has(client)) return
  warned.add(client)
  console.warn(
    `${where}: the client repeats commands that were unanswered when its connection was lost, so that ${effect}. Create it with autoResendUnfulfilledCommands: false.`,
  )
}

/** Whether the client repeats commands, which is the default of `ioredis` and `iovalkey`. */
function resends(client: object): boolean {
  const options: unknown = 'options' in client ? client.options : undefined
  if (typeof options !== 'object' || options === null) return false
  return (
    'autoResendUnfulfilledCommands' in options && options.autoResendUnfulfilledCommands === true
  )
}
