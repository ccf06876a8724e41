/** Makes the messages of a channel from the schemas of received and sent values. */
import type { MessageContract } from '../endpoints/contract.ts'
import { Problem } from '../exceptions/problem.ts'
import type { Components, Use } from '../openapi/components.ts'
import { isObject } from '../operations/jsonreference.ts'
import type { JSONSchema } from '../operations/schemas.ts'
import type { AnySchema } from '../types/schemas.ts'
import type { AsyncAPIMessage } from './types.ts'

/** The messages of an operation. A schema that is a choice between named schemas gives several. */
type Messages = readonly AsyncAPIMessage[]

const TYPES = {
  json: 'application/json',
  text: 'text/plain',
  bytes: 'application/octet-stream',
} as const

/** The messages that a handler receives; none for a stream. */
export function receivedBy(contract: MessageContract, components: Components, use: Use): Messages {
  const { kind, encoding, receives } = contract
  if (kind === 'stream') return []
  const contentType = encoding && TYPES[encoding]
  if (encoding === 'bytes') return [{ name: 'received', contentType: TYPES.bytes }]
  const plain = encoding === 'text' ? { type: 'string' } : undefined
  return messagesOf(receives, plain, contentType, components, { ...use, side: 'input' }, 'received')
}

/** The messages that a handler sends, as far as its contract describes them. */
export function sentBy(contract: MessageContract, components: Components, use: Use): Messages {
  const { kind, encoding, sends, sendsProblem } = contract
  const named: Use = { ...use, side: 'output' }
  const problems = sendsProblem
    ? messagesOf(Problem, undefined, 'application/problem+json', components, named, 'problem')
    : []
  if (sends === undefined) return kind === 'stream' ? [{ name: 'sent' }] : problems
  const sent = messagesOf(sends, undefined, TYPES.json, components, named, 'sent').map(
    (message) => {
      const schema = components.named(message.payload ?? {})
      if (encoding === 'json') return message
      if (encoding === 'bytes' && isBytes(schema)) return { name: 'sent', contentType: TYPES.bytes }
      return isText(schema) ? { ...message, contentType: TYPES.text } : message
    },
  )
  return [...sent, ...problems]
}

/** Whether the values may be bytes, which some libraries cannot describe. */
function isBytes(schema: JSONSchema): boolean {
  return Object.keys(schema).length === 0 || ('contentEncoding' in schema && !('format' in schema))
}

/** Whether all values are strings, which are sent as plain text if messages are not JSON. */
function isText({ type, const: only, enum: values = [only] }: JSONSchema): boolean {
  const areTexts = Array.isArray(values) && values.every((value) => typeof value === 'string')
  return type === 'string' || areTexts
}

/** The messages of a schema; its library may not be able to describe it. */
export function messagesOf(
  schema: AnySchema | undefined,
  plain: JSONSchema | undefined,
  contentType: string | undefined,
  components: Components,
  use: Use,
  name: string,
): Messages {
  const payload = (schema === undefined ? undefined : components.of(schema, use)) ?? plain
  // JSON omits what is undefined.
  const message = { name, contentType } as AsyncAPIMessage
  if (payload === undefined) return [message]
  return choicesOf(payload).map((choice) => ({ ...message, payload: choice }))
}

/** The schemas of a choice, if all of them have names. */
function choicesOf(payload: JSONSchema): JSONSchema[] {
  const choices = payload['oneOf'] ?? payload['anyOf']
  const areNamed = Array.isArray(choices) && choices.every((one) => isObject(one) && '$ref' in one)
  return areNamed ? choices : [payload]
}
