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

/** What Node takes for a link: parameters without space in them, quoted or not. */
const LINK = /^<[^>]*>(?:\s*;\s*[^;"=\s]+(?:=(?:"[^;"\s]*"|[^;"\s]*))?)*$/

/** @throws ProtocolError for links that Node does not take. */
export function assertWritable(links: readonly string[]): void {
  if (!links.every((link) => LINK.test(link))) throw badLinks(links)
}
