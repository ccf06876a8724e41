/** Finds factories that were passed without being called, such as `fromConnect(helmet)`. */
import type { ServerResponse } from 'node:http'
import { invalid } from '../../internal/checks.ts'

/**
 * Throws if a handler has only returned another handler, because it would neither answer nor call `next`, and
 * the client would wait for ever.
 *
 * A handler has at least two parameters. Functions that stop something, which a handler may return by chance,
 * have none.
 *
 * @throws TypeError in this case.
 */
export function assertNotFactory(
  where: string,
  handler: { readonly name: string },
  returned: unknown,
  { headersSent }: Pick<ServerResponse, 'headersSent'>,
): void {
  if (typeof returned !== 'function' || returned.length < 2 || headersSent) return
  const name = handler.name || 'factory'
  const what = `${name} has returned a handler instead of answering or calling next`
  throw invalid(where, what, handler, `Call it: ${where}(${name}())`)
}
