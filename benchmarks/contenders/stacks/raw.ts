// What do the eight things cost when they are written into one listener of node:http?

import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { listen, type Running } from '../../contender.ts'
import { foreignOrigin, type StackScenario, visitor } from '../../scenarios.ts'
import { sink } from '../../sink.ts'

const listeners: Record<StackScenario, RequestListener> = {
  stack8: (request, response) => {
    if (request.url === '/') sendJSON(response, visitor)
    else logIn(response)
  },
  stack8byhand: (request, response) => {
    if (request.url === '/') answer(request, response)
    else if (request.url === '/login') logIn(response)
    else sendJSON(response, { lines: sink.lines })
  },
}

const secret = 'a secret of the benchmarks, not of anybody'

const secureFields = {
  'Content-Security-Policy':
    "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';frame-ancestors 'self';img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';style-src 'self' https: 'unsafe-inline';upgrade-insecure-requests",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const started = performance.now()
  const id = requestIdOf(request)
  const body = JSON.stringify({ user: sessionOf(request)?.user })
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  const isKnown = request.headers['if-none-match'] === etag
  // Far below the size from which compression pays, so that what is accepted need not be read.
  const isAllowed = request.headers.origin === foreignOrigin
  const cors = { 'Access-Control-Allow-Origin': foreignOrigin }
  const status = isKnown ? 304 : 200
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ETag: etag,
    Vary: 'Origin, Cookie',
    ...(isAllowed ? { ...cors, 'Access-Control-Allow-Credentials': 'true' } : {}),
    'RateLimit-Policy': '"default";q=1000000000;w=60',
    RateLimit: `"default";r=${remainingOf(request)};t=60`,
    ...secureFields,
    'X-Request-Id': id,
  })
  response.end(isKnown ? undefined : body)
  const duration = performance.now() - started
  const { method, url: path } = request
  const client = request.socket.remoteAddress
  sink.write(
    `${JSON.stringify({ time: Date.now(), method, path, status, duration, client, requestId: id })}\n`,
  )
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w-]{1,128}$/.test(given) ? given : randomUUID()
}

const counters = new Map<string, { count: number; window: number }>()

/** A fixed window, the simplest that there is. */
function remainingOf(request: IncomingMessage): number {
  const window = Math.floor(Date.now() / 60_000)
  const client = request.socket.remoteAddress ?? ''
  const counter = counters.get(client)
  if (counter?.window !== window) {
    counters.set(client, { count: 1, window })
    return 1e9 - 1
  }
  return 1e9 - ++counter.count
}

function sessionOf(request: IncomingMessage): { user?: string } | undefined {
  const cookie = /(?:^|; )session=([^;.]*)\.([^;]*)/.exec(request.headers.cookie ?? '')
  const [, payload = '', signature = ''] = cookie ?? []
  const given = Buffer.from(signature, 'base64url')
  const right = signatureOf(payload)
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

function signatureOf(payload: string): Buffer {
  return createHmac('sha256', secret).update(payload).digest()
}

function logIn(response: ServerResponse): void {
  const payload = Buffer.from(JSON.stringify(visitor)).toString('base64url')
  const signature = signatureOf(payload).toString('base64url')
  response.setHeader('Set-Cookie', `session=${payload}.${signature}; Path=/; HttpOnly`)
  sendJSON(response, {})
}

function sendJSON(response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value)
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  })
  response.end(body)
}

export function start(scenario: StackScenario): Promise<Running> {
  return listen(createServer(listeners[scenario]))
}
