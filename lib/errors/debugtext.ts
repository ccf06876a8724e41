/**
 * What shows a developer what went wrong, as text. In bundles for the edge and browsers (the conditions
 * `workerd`, `edge-light`, `worker` and `browser`) it stands in for the page, which is larger, and shows
 * source files that are not there.
 */
import { PlainTextResponse } from '../responses/bodies.ts'
import type { Response } from '../responses/response.ts'

export const DEBUG_OPTIONS = { status: 500, headers: { 'cache-control': 'no-store' } } as const

export function debugResponse(error: unknown): Response {
  return new PlainTextResponse(debugText(error), DEBUG_OPTIONS)
}

/** The stack with those of its causes, as the console would show it. */
export function debugText(error: unknown): string {
  return chainOf(error)
    .map((link) => (link instanceof Error ? (link.stack ?? String(link)) : String(link)))
    .join('\n\nCaused by: ')
}

/** An error and its causes; five at the most, and no circle. */
function chainOf(error: unknown): unknown[] {
  const links = [error]
  for (let link = error; link instanceof Error && link.cause !== undefined && links.length < 5; ) {
    link = link.cause
    if (links.includes(link)) break
    links.push(link)
  }
  return links
}
