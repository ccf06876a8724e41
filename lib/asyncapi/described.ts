/** One channel of a document with its operations. */
import type { JSONSchema } from '../operations/schemas.ts'
import { draft07 } from './schemas.ts'
import type {
  AsyncAPIChannel,
  AsyncAPIMessage,
  AsyncAPIOperation,
  AsyncAPIReference,
} from './types.ts'

/** A channel, what the application does with it, and what both are called. */
export interface Described {
  readonly id: string
  readonly address: string
  readonly parameters: NonNullable<AsyncAPIChannel['parameters']>
  readonly servers: readonly AsyncAPIReference[]
  /** The ids of its operations. */
  readonly ids: { readonly receive: string; readonly send: string }
  readonly receives: readonly AsyncAPIMessage[]
  readonly sends: readonly AsyncAPIMessage[]
  /** Whether what is sent answers what is received. */
  readonly isAnswering: boolean
  readonly common: Pick<AsyncAPIOperation, 'summary' | 'description' | 'tags' | 'security'>
}

/** The names of messages that have none, which say nothing of their own. */
const UNNAMED = new Set(['received', 'sent', 'problem', 'message'])

/** Messages of a schema with a name are called so. */
function named(message: AsyncAPIMessage): AsyncAPIMessage {
  const reference = message.payload?.['$ref']
  if (typeof reference !== 'string' || !UNNAMED.has(message.name)) return message
  return { ...message, name: reference.slice(reference.lastIndexOf('/') + 1) }
}

function drafted(message: AsyncAPIMessage): AsyncAPIMessage {
  const { payload } = message
  return payload === undefined ? message : { ...message, payload: draft07(payload) as JSONSchema }
}

/** The channel, with all of its messages. */
export function channelOf({
  address,
  parameters,
  servers,
  receives,
  sends,
}: Described): AsyncAPIChannel {
  const messages = [...receives, ...sends].map(named).map(drafted)
  return {
    address,
    ...(servers.length === 0 ? {} : { servers }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(messages.length === 0
      ? {}
      : { messages: Object.fromEntries(messages.map((message) => [message.name, message])) }),
  }
}

/** The operations by their ids: one that receives, and may answer, or one that sends. */
export function operationsOf(described: Described): [id: string, operation: AsyncAPIOperation][] {
  const { id, ids, receives, sends, isAnswering, common } = described
  const channel = { $ref: `#/channels/${id}` }
  const refs = (messages: readonly AsyncAPIMessage[]): AsyncAPIReference[] =>
    messages.map((message) => ({ $ref: `${channel.$ref}/messages/${named(message).name}` }))
  const reply = isAnswering && sends.length > 0 ? { reply: { channel, messages: refs(sends) } } : {}
  const receive = {
    action: 'receive',
    channel,
    ...common,
    messages: refs(receives),
    ...reply,
  } as const
  const send = { action: 'send', channel, ...common, messages: refs(sends) } as const
  return [
    ...(receives.length === 0 ? [] : [[ids.receive, receive] as [string, AsyncAPIOperation]]),
    ...(isAnswering || sends.length === 0 ? [] : [[ids.send, send] as [string, AsyncAPIOperation]]),
  ]
}
