/** Early hints: the links of a page, sent while the page is still being made (RFC 8297). */
import { check } from '../internal/checks.ts'
import { type App, SENT, type SendMessage } from '../types.ts'
import { type AnyResponse, toApp } from './response.ts'

/**
 * Sends links in an informational response 103 before the response, so browsers begin to fetch them while the
 * page is made. The response has them as `Link` fields too, for clients that ignore hints and servers that
 * send none.
 *
 * Hints save time if the body starts late, as with a slow `StreamingResponse`.
 *
 * @param links The values of `Link` fields.
 * @throws TypeError if the links are not a list of texts. Sending rejects with a ProtocolError if one is
 * invalid.
 * @example
 * async function* rows() {
 *   yield html`<link rel="stylesheet" href="/app.css"><p>Found:`.toString()
 * }
 * const page = Route('/', () =>
 *   earlyHints(['</app.css>; rel=preload; as=style'], new StreamingResponse(rows(), { mediaType: 'text/html' })),
 * )
 */
export function earlyHints(links: readonly string[], response: AnyResponse | App): App {
  const areTexts = Array.isArray(links) && links.every((link) => typeof link === 'string')
  const fix = "Write ['</app.css>; rel=preload; as=style']"
  check('earlyHints', areTexts, 'the links must be a list of texts', links, fix)
  const app = toApp(response, 'earlyHints: the response')
  return (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const isKnown = scope.extensions?.['http.response.early_hint'] !== undefined
    return app(scope, receive, (message) => {
      if (message.type !== 'http.response.start' || links.length === 0) return send(message)
      const started = send(withLinks(message, links))
      if (!isKnown) return started
      // The server writes the hint at once, and the head with the first bytes of the body.
      const hint = { type: 'http.response.early_hint', links } as const
      return started === SENT ? send(hint) : started.then(() => send(hint))
    })
  }
}

function withLinks<Start extends SendMessage & { headers?: readonly string[] }>(
  message: Start,
  links: readonly string[],
): Start {
  return { ...message, headers: [...(message.headers ?? []), 'link', links.join(', ')] }
}
