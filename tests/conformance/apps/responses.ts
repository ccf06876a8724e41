/** Routes of `main` that answer with all kinds of responses. */

import type { Request } from '../../../lib/requests.ts'
import {
  HTMLResponse,
  JSONResponse,
  PlainTextResponse,
  RedirectResponse,
  Response,
} from '../../../lib/responses.ts'
import { type Handler, type Routable, Route } from '../../../lib/routing.ts'
import type { App } from '../../../lib/types.ts'
import { lastOf, text } from './shared.ts'

class Latin1Response extends Response<string> {
  static override readonly mediaType: string = 'text/x-latin'
  static override readonly charset: string = 'latin-1'

  override render(content = ''): Uint8Array {
    return Buffer.from(content, 'latin1')
  }
}

/** A handler that always answers with this content and this type. */
const typed = (content: string | Uint8Array, mediaType: string) => (): Response =>
  new Response(content, { mediaType })

function changedHeaders(): Response {
  const response = new PlainTextResponse('headers', { headers: { 'X-One': '1', 'X-Two': '2' } })
  response.headers.set('X-Two', 'two').append('X-Multi', 'a').append('x-multi', 'b')
  return response
}

/** A part of a larger buffer. */
const view = new TextEncoder().encode('a mem view').subarray(2, 5)

/** The mistake that the types forbid. */
const nothing = (() => undefined) as unknown as Handler

const sendsNothing: App = async () => {}

function redirect(request: Request): RedirectResponse {
  const status = lastOf(request, 'status')
  const extra = lastOf(request, 'h')
  return new RedirectResponse(lastOf(request, 'url') ?? '', {
    ...(status === null ? {} : { status: Number(status) }),
    ...(extra === null ? {} : { headers: { 'x-extra': extra, location: 'overwritten' } }),
  })
}

export const responses: readonly Routable[] = [
  Route('/resp/plain', text('plain ☃')),
  Route('/resp/html', () => new HTMLResponse('<b>é</b>')),
  Route(
    '/resp/json',
    () => new JSONResponse({ b: [1, 2.5, true, null, 'é☃'], a: { x: '<&>"\\/\n\u2028' } }),
  ),
  Route('/resp/json-null', () => new JSONResponse(null)),
  Route('/resp/json-nan', () => new JSONResponse({ x: Number.NaN })),
  Route(
    '/resp/json-media',
    () => new JSONResponse({ a: 1 }, { status: 201, mediaType: 'application/problem+json' }),
  ),
  Route('/resp/bytes', typed(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x00, 0xff), 'image/png')),
  Route('/resp/empty', () => new Response()),
  Route('/resp/no-type', () => new Response('no type')),
  Route('/resp/charset-given', typed('x', 'text/plain; charset=latin-1')),
  Route('/resp/charset-upper', typed('x', 'text/plain; Charset=UTF-8')),
  Route('/resp/text-csv', typed('a,b', 'text/csv')),
  Route('/resp/app-xml', typed('<a/>', 'application/xml')),
  Route(
    '/resp/header-ct',
    () => new Response('x', { mediaType: 'text/html', headers: { 'Content-Type': 'text/plain' } }),
  ),
  Route(
    '/resp/header-cl',
    () =>
      new Response('12345', {
        mediaType: 'text/html',
        headers: { 'Content-Length': '5', 'X-A': 'b' },
      }),
  ),
  Route('/resp/latin1', () => new Latin1Response('café')),
  Route('/resp/header-latin1', () => new Response('x', { headers: { 'X-L': 'café' } })),
  Route('/resp/headers', changedHeaders),
  Route(
    '/resp/status/{code:int}',
    ({ pathParams }) => new PlainTextResponse('status body', { status: pathParams.code }),
  ),
  Route(
    '/resp/status-empty/{code:int}',
    ({ pathParams }) => new Response(null, { status: pathParams.code }),
  ),
  Route('/resp/memoryview', () => new Response(view)),
  Route('/resp/none', nothing),
  Route('/resp/asgi-none', () => sendsNothing, { methods: [] }),
  Route('/redirect', redirect),
]
