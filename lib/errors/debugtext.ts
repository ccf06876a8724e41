/**
 * Shows a developer an error, as text. Bundles for the edge and browsers (the conditions `workerd`,
 * `edge-light`, `worker` and `browser`) use it instead of the debug page, which is larger and reads
 * source files that are missing there.
 */
import { PlainTextResponse } from '../responses/bodies.ts'
import type { Response } from '../responses/response.ts'

export const DEBUG_OPTIONS = { status: 500, headers: { 'cache-control': 'no-store' } } as const

export function debugResponse(error: unknown): Response {
  return new PlainTextResponse(debugText(error), DEBUG_OPTIONS)
}

/** The stack with those of its causes, as the console shows it. */
export function debugText(error: unknown): string {
  return chainOf(error)
    .map((link) => (link instanceof Error ? (link.stack ?? String(link)) : String(link)))
    .join('\n\nCaused by: ')
}

/** An error and its causes; at most five, without cycles. */
function chainOf(error: unknown): unknown[] {
  const links = [error]
  for (let link = error; link instanceof Error && link.cause !== undefined && links.length < 5; ) {
    link = link.cause
    if (links.includes(link)) break
    links.push(link)
  }
  return links
}
