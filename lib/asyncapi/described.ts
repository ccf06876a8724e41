/** One channel of a document with its operations. */
import type { JSONSchema } from '../operations/schemas.ts'
import { draft07 } from './schemas.ts'
import type {
  AsyncAPIChannel,
  AsyncAPIMessage,
  AsyncAPIOperation,
  AsyncAPIReference,
} from './types.ts'

/** A channel with its operations, and their ids. */
export interface DescribedChannel {
  readonly id: string
  readonly address: string
  readonly parameters: NonNullable<AsyncAPIChannel['parameters']>
  readonly servers: readonly AsyncAPIReference[]
  /** The ids of its operations. */
  readonly ids: { readonly receive: string; readonly send: string }
  readonly receives: readonly AsyncAPIMessage[]
  readonly sends: readonly AsyncAPIMessage[]
  /** Whether the sent messages are replies to received ones. */
  readonly isAnswering: boolean
  readonly common: Pick<AsyncAPIOperation, 'summary' | 'description' | 'tags' | 'security'>
}

/** Default names, for messages without a name. */
const UNNAMED = new Set(['received', 'sent', 'problem', 'message'])

/** The message with the name of its schema, if it has only a default name. */
function withSchemaName(message: AsyncAPIMessage): AsyncAPIMessage {
  const reference = message.payload?.['$ref']
  if (typeof reference !== 'string' || !UNNAMED.has(message.name)) return message
  return { ...message, name: reference.slice(reference.lastIndexOf('/') + 1) }
}

function withDraft07(message: AsyncAPIMessage): AsyncAPIMessage {
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
}: DescribedChannel): AsyncAPIChannel {
  const messages = [...receives, ...sends].map(withSchemaName).map(withDraft07)
  return {
    address,
    ...(servers.length === 0 ? {} : { servers }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(messages.length === 0
      ? {}
      : { messages: Object.fromEntries(messages.map((message) => [message.name, message])) }),
  }
}

/** The operations by their ids: one that receives, and may reply, or one that sends. */
export function operationsOf(
  described: DescribedChannel,
): [id: string, operation: AsyncAPIOperation][] {
  const { id, ids, receives, sends, isAnswering, common } = described
  const channel = { $ref: `#/channels/${id}` }
  const refs = (messages: readonly AsyncAPIMessage[]): AsyncAPIReference[] =>
    messages.map((message) => ({
      $ref: `${channel.$ref}/messages/${withSchemaName(message).name}`,
    }))
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
