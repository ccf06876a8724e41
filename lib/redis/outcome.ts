/** What is known of a command that failed, and of one that succeeded. */
import { isReply, messageOf, NotSent } from './breaker.ts'

/** How clients refuse what they do not send. */
const REFUSED = /^(?:Stream isn't writeable|The client is (?:offline|closed))/

/** Whether a command that failed may have run, or may run yet: it was sent, or waits for that. */
export function mayHaveRun(error: unknown): boolean {
  if (isReply(error) || error instanceof NotSent || error instanceof TypeError) return false
  return !REFUSED.test(messageOf(error))
}

const told = new WeakSet<object>()

/** Tells, once of each client, when it sends a second time what was not answered. */
export function warnOfResending(where: string, client: object, effect: string): void {
  if (!resends(client) || told.has(client)) return
  told.add(client)
  console.warn(
    `${where}: the client sends commands again that were not answered when its connection was lost, so that ${effect}. Make it with autoResendUnfulfilledCommands: false.`,
  )
}

/** As `ioredis` and `iovalkey` do by default. */
function resends(client: object): boolean {
  const options: unknown = 'options' in client ? client.options : undefined
  if (typeof options !== 'object' || options === null) return false
  return (
    'autoResendUnfulfilledCommands' in options && options.autoResendUnfulfilledCommands === true
  )
}
