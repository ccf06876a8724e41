/** Reads the parts of a request that the server itself needs: target, fields and the length of the body. */
import type { IncomingMessage } from 'node:http'
import { fits, parseTarget, type Target } from '../../protocol/target.ts'
import type { HeaderList } from '../../types.ts'
import { Refusal, readFields } from './fields.ts'

/** The properties of a request that another framework's server (the host) has received first. */
export interface Hosting {
  /** The target without the path prefix that the host handles; undefined if it is invalid. */
  readonly target: Target | undefined
  /** The fields in the form of `rawHeaders`. */
  readonly rawFields: HeaderList
  /** Whether the host has read the body. */
  readonly isRead: boolean
  /** Called if the app ends without sending anything. It returns whether the host answers instead. */
  readonly takesOver: (error: unknown) => boolean
}

/** The parts of a request that the server itself has read. */
export interface RequestHead {
  readonly target: Target
  readonly headers: HeaderList
  readonly bodyLength: number
  readonly expectsContinue: boolean
  /** Whether no request can follow it on its connection. */
  readonly isLast: boolean
}

/** Reads a request. Returns a refusal if its target or its fields are invalid. */
export function readRequestHead(
  request: IncomingMessage,
  expectsContinue: boolean,
  hosting: Hosting | undefined,
): RequestHead | Refusal {
  const target = hosting === undefined ? parseTarget(request.url ?? '') : hosting.target
  if (target === undefined || !fits(target, request.method)) {
    // A host may pass on a CONNECT request, whose target is an authority.
    return new Refusal(request.method === 'CONNECT' ? 501 : 400)
  }
  const rawFields = hosting === undefined ? request.rawHeaders : hosting.rawFields
  const fields = readFields(rawFields, request.httpVersion, target.authority)
  if (fields instanceof Refusal) return fields
  const { headers, asksToSwitch } = fields
  const bodyLength = hosting?.isRead ? 0 : fields.bodyLength
  // After an Upgrade request Node's parser stops, and later bytes belong to the other protocol or are lost.
  // Node also closes the connection after an expectation for which no 100 was sent. An empty body needs no 100.
  const isLast = asksToSwitch || (expectsContinue && bodyLength === 0)
  return { target, headers, bodyLength, expectsContinue, isLast }
}
