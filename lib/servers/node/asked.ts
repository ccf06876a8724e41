/** Reads what a request asks for, as far as that is a server's matter. */
import type { IncomingMessage } from 'node:http'
import { fits, parseTarget, type Target } from '../../protocol/target.ts'
import type { HeaderList } from '../../types.ts'
import { Refusal, readFields } from './fields.ts'

/** What differs for a request that comes through the server of a host. */
export interface Hosting {
  /** What the host left of the target; undefined if that is not a target. */
  readonly target: Target | undefined
  /** The fields, as `rawHeaders` has them. */
  readonly rawFields: HeaderList
  /** Whether the host has read the body. */
  readonly isRead: boolean
  /** Asked when the app has ended and nothing was sent: whether the host goes on instead. */
  readonly takesOver: (error: unknown) => boolean
}

/** What a request asks for, as far as the server itself has read it. */
export interface Asked {
  readonly target: Target
  readonly headers: HeaderList
  readonly bodyLength: number
  readonly expectsContinue: boolean
  /** Whether no request can follow it on its connection. */
  readonly isLast: boolean
}

/** What a request asks for; a refusal where that cannot be told. */
export function readAsked(
  request: IncomingMessage,
  expectsContinue: boolean,
  hosting: Hosting | undefined,
): Asked | Refusal {
  const target = hosting === undefined ? parseTarget(request.url ?? '') : hosting.target
  if (target === undefined || !fits(target, request.method)) {
    // A host may hand on a CONNECT, whose target is an authority.
    return new Refusal(request.method === 'CONNECT' ? 501 : 400)
  }
  const rawFields = hosting === undefined ? request.rawHeaders : hosting.rawFields
  const fields = readFields(rawFields, request.httpVersion, target.authority)
  if (fields instanceof Refusal) return fields
  const { headers, asksToSwitch } = fields
  const bodyLength = hosting?.isRead ? 0 : fields.bodyLength
  // Node's parser has stopped behind it: what follows is for the other protocol, or lost. And Node
  // closes behind each expectation that it sent no 100 for, as where there is nothing to wait for.
  const isLast = asksToSwitch || (expectsContinue && bodyLength === 0)
  return { target, headers, bodyLength, expectsContinue, isLast }
}
