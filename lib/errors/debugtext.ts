/**
 * Shows an error to a developer, as text. Bundles for the edge and browsers (the conditions `workerd`,
 * `edge-light`, `worker` and `browser`) use it instead of the debug page, which is larger and reads source
 * files. These do not exist there.
 */
import { PlainTextResponse } from '../responses/bodies.ts'
import type { Response } from '../responses/response.ts'

export const DEBUG_OPTIONS = { status: 500, headers: { 'cache-control': 'no-store' } } as const

export function debugResponse(error: unknown): Response {
  return new PlainTextResponse(debugText(error), DEBUG_OPTIONS)
}

/** Returns the stack and the stacks of the causes, as the console shows them. */
export function debugText(error: unknown): string {
  return chainOf(error)
    .map((link) => (link instanceof Error ? (link.stack ?? String(link)) : String(link)))
    .join('\n\nCaused by: ')
}

/** Returns the name and message of an error. A class that sets no name is known by that of the class. */
export function titleOf(error: Error): string {
  const { name } = error.constructor
  return `${error.name === 'Error' && name !== '' ? name : error.name}: ${error.message}`
}

/** Returns an error and its causes, at most five, without cycles. */
export function chainOf(error: unknown): unknown[] {
  const links = [error]
  for (let link = error; link instanceof Error && link.cause !== undefined && links.length < 5; ) {
    link = link.cause
    if (links.includes(link)) break
    links.push(link)
  }
  return links
}
