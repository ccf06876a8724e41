/** Writes early hints: the links of a response that is still being made (RFC 8297). */
import type { ServerResponse } from 'node:http'
import { ProtocolError } from '../../exceptions.ts'
import { isHeaderValue } from '../../http/headers.ts'
import { whenItsTurn } from './turn.ts'

/** @throws ProtocolError for links that cannot be sent. */
export function assertLinks(links: readonly string[]): void {
  const areLinks =
    Array.isArray(links) && links.every((link) => /^<[^>]+>\s*;/.test(link) && isHeaderValue(link))
  if (!areLinks) throw badLinks(links)
}

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

function badLinks(links: readonly string[], cause?: unknown): ProtocolError {
  return new ProtocolError(
    `http.response.early_hint: a link is "<target>; rel=…", ${JSON.stringify(links)} was sent. See RFC 8288.`,
    { cause },
  )
}
