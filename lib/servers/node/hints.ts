/** Writes early hints: the links of a response that is still being made (RFC 8297). */
import type { ServerResponse } from 'node:http'
import { badLinks } from '../../protocol/responsefaults.ts'
import { whenItsTurn } from './turn.ts'

/**
 * Writes a 103, in the turn of its response; not behind its head.
 *
 * @throws ProtocolError for links that Node does not take, if it can tell at once.
 */
export function writeHint(response: ServerResponse, links: readonly string[]): void {
  let fault: unknown
  whenItsTurn(response, () => {
    try {
      if (!response.headersSent) response.writeEarlyHints({ link: [...links] })
    } catch (error) {
      fault = error
    }
  })
  if (fault !== undefined) throw badLinks(links, fault)
}
