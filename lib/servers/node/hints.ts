/** Writes early hints: links that are sent before the response itself (RFC 8297). */
import type { ServerResponse } from 'node:http'
import { badLinks } from '../../protocol/responsefaults.ts'
import { whenItsTurn } from './turn.ts'

/**
 * Writes a 103 response when earlier responses are written, unless the head of the final response was sent.
 *
 * @throws ProtocolError for links that Node does not accept, unless the 103 has to wait for earlier responses.
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

/** The links that Node accepts: their parameters contain no space, even in quotes. */
const LINK = /^<[^>]*>(?:\s*;\s*[^;"=\s]+(?:=(?:"[^;"\s]*"|[^;"\s]*))?)*$/

/** @throws ProtocolError for links that Node does not accept. */
export function assertWritable(links: readonly string[]): void {
  if (!links.every((link) => LINK.test(link))) throw badLinks(links)
}
