/** Whether commands may have run, and whether the client may run them twice. */
import { isReply, messageOf, NotSent } from './breaker.ts'

/** The messages of clients that refuse to send a command. */
const REFUSED = /^(?:Stream isn't writeable|The client is (?:offline|closed))/

/** Whether a failed command may have run, or may still run: it was sent, or is queued. */
export function mayHaveRun(error: unknown): boolean {
  if (isReply(error) || error instanceof NotSent || error instanceof TypeError) return false
  return !REFUSED.test(messageOf(error))
}

const told = new WeakSet<object>()

/** Warns once for each client that sends unanswered commands again after a reconnect. */
export function warnOfResending(where: string, client: object, effect: string): void {
  if (!resends(client) || told.has(client)) return
  told.add(client)
  console.warn(
    `${where}: the client repeats commands that were unanswered when its connection was lost, so that ${effect}. Create it with autoResendUnfulfilledCommands: false.`,
  )
}

/** The default of `ioredis` and `iovalkey`. */
function resends(client: object): boolean {
  const options: unknown = 'options' in client ? client.options : undefined
  if (typeof options !== 'object' || options === null) return false
  return (
    'autoResendUnfulfilledCommands' in options && options.autoResendUnfulfilledCommands === true
  )
}
