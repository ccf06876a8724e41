/** Routes of `main` that look at the request. */
import { HTTPException } from '../../../lib/exceptions.ts'
import type { Request } from '../../../lib/requests.ts'
import { JSONResponse, PlainTextResponse } from '../../../lib/responses.ts'
import { type Routable, Route } from '../../../lib/routing.ts'
import { echo } from './echo.ts'
import { urlFor, urlPathFor } from './reverse.ts'
import { bodyEcho, lastOf, messageOf, SIX_METHODS, toBase64 } from './shared.ts'

function showURL({ url, baseUrl }: Request): JSONResponse {
  return new JSONResponse({
    url,
    scheme: url.protocol.slice(0, -1),
    netloc: url.host,
    hostname: url.hostname,
    port: url.port === '' ? null : Number(url.port),
    path: url.pathname,
    query: url.search.slice(1),
    is_secure: url.protocol === 'https:' || url.protocol === 'wss:',
    base_url: baseUrl,
  })
}

function showQuery(request: Request): JSONResponse {
  const { queryParams } = request
  return new JSONResponse({
    items: [...queryParams],
    str: queryParams.toString(),
    keys: [...new Set(queryParams.keys())],
    a: lastOf(request, 'a'),
    all_a: queryParams.getAll('a'),
  })
}

function showHeader({ headers, pathParams }: Request<{ name: string }>): JSONResponse {
  const { name } = pathParams
  return new JSONResponse({
    get: headers.get(name),
    getlist: headers.getAll(name),
    in: headers.has(name),
  })
}

async function rawJSON(request: Request): Promise<JSONResponse> {
  return new JSONResponse({ json: await request.json({ anyContentType: true }) })
}

async function json(request: Request): Promise<PlainTextResponse | JSONResponse> {
  try {
    return await rawJSON(request)
  } catch (error) {
    if (!(error instanceof HTTPException) || error.status !== 400) throw error
    return new PlainTextResponse('invalid json', { status: 400 })
  }
}

async function stream(request: Request): Promise<JSONResponse> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request.stream()) chunks.push(chunk)
  return new JSONResponse({
    base64: toBase64(Buffer.concat(chunks)),
    last_chunk_empty: chunks.at(-1)?.byteLength === 0,
  })
}

async function bodyThenStream(request: Request): Promise<JSONResponse> {
  const body = await request.text()
  const chunks: string[] = []
  for await (const chunk of request.stream()) chunks.push(Buffer.from(chunk).toString())
  return new JSONResponse({ body, chunks })
}

async function streamThenBody(request: Request): Promise<JSONResponse> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request.stream()) chunks.push(chunk)
  const body = await request.text().catch((error) => `RuntimeError: ${messageOf(error)}`)
  return new JSONResponse({ stream: Buffer.concat(chunks).toString(), body })
}

export const requests: readonly Routable[] = [
  Route('/url-for', urlFor),
  Route('/url-path-for', urlPathFor),
  Route('/echo', echo, { methods: SIX_METHODS, name: 'echo' }),
  Route('/echo/{rest:path}', echo, { methods: SIX_METHODS, name: 'echo-rest' }),
  Route('/url', showURL),
  Route('/cookies', (request) => new JSONResponse(request.cookies)),
  Route('/query', showQuery),
  Route('/header/{name}', showHeader),
  Route('/body', bodyEcho, { methods: SIX_METHODS }),
  Route('/json', json, { methods: ['POST'] }),
  Route('/json-raw', rawJSON, { methods: ['POST'] }),
  Route('/stream', stream, { methods: ['POST'] }),
  Route('/body-then-stream', bodyThenStream, { methods: ['POST'] }),
  Route('/stream-then-body', streamThenBody, { methods: ['POST'] }),
]
