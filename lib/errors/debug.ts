/** The debug page, which shows a developer an error; everything on it is escaped. */

import { escapeHTML } from '../html.ts'
import { asksForType } from '../http/accept.ts'
import { SECRETS } from '../http/secrets.ts'
import { asText } from '../internal/handled.ts'
import type { Request } from '../requests.ts'
import { HTMLResponse, PlainTextResponse } from '../responses/bodies.ts'
import type { Response } from '../responses/response.ts'
import { DEBUG_OPTIONS, debugText } from './debugtext.ts'
import { type Frame, framesOf } from './frames.ts'

export { debugText } from './debugtext.ts'

/** HTML for a browser, text for other clients. */
export function debugResponse(error: unknown, request: Request): Response {
  const accept = request.headers.getAll('accept').join(',')
  return asksForType(accept, 'text/html')
    ? new HTMLResponse(debugPage(error, request), DEBUG_OPTIONS)
    : new PlainTextResponse(debugText(error), DEBUG_OPTIONS)
}

/** The page as HTML: the error, the frames of its stack and the request. */
export function debugPage(error: unknown, request: Request): string {
  const title = error instanceof Error ? `${error.name}: ${error.message}` : asText(error)
  // The page may be copied into bug reports.
  const fields = [...request.headers].filter(([name]) => !SECRETS.includes(name))
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>500 ${escapeHTML(title)}</title>
<style>${STYLE}</style>
<h1>${escapeHTML(title)}</h1>
<p>${escapeHTML(request.method)} ${escapeHTML(request.scope.path)}</p>
<h2>Stack</h2>
${framesOf(error).map(frameHTML).join('\n')}
<h2>Text</h2>
<pre>${escapeHTML(debugText(error))}</pre>
<h2>Request headers</h2>
<pre>${escapeHTML(fields.map(([name, value]) => `${name}: ${value}`).join('\n'))}</pre>
<p>This page is shown because debug is on.</p>
</html>
`
}

function frameHTML({ place, lines, open }: Frame): string {
  if (lines.length === 0) return `<p><code>${escapeHTML(place)}</code></p>`
  const code = lines.map(({ number, text, marked }) => {
    const line = `${String(number).padStart(5)}  ${escapeHTML(text)}`
    return marked ? `<mark>${line}</mark>` : line
  })
  return `<details${open ? ' open' : ''}><summary><code>${escapeHTML(place)}</code></summary><pre>${code.join('\n')}</pre></details>`
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}' +
  'pre{overflow:auto;background:#f4f4f4;padding:.8rem}mark{background:#ffd6d6}' +
  '@media(prefers-color-scheme:dark){body{background:#181818;color:#eee}pre{background:#262626}mark{background:#632}}'
