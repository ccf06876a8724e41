// Which middleware are measured alone, and what is each of them asked?

import { createHmac } from 'node:crypto'
import {
  JSONResponse,
  type Middleware,
  PlainTextResponse,
  type Request,
  type Response,
} from 'stellula'
import { SimpleUser } from 'stellula/authentication'
import { accessLog } from 'stellula/middleware/accesslog'
import { basicAuth } from 'stellula/middleware/basicauth'
import { bearerAuth } from 'stellula/middleware/bearerauth'
import { bodyLimit } from 'stellula/middleware/bodylimit'
import { cacheControl } from 'stellula/middleware/cachecontrol'
import { cacheResponse } from 'stellula/middleware/cacheresponse'
import { compress } from 'stellula/middleware/compress'
import { cors } from 'stellula/middleware/cors'
import { csrf } from 'stellula/middleware/csrf'
import { etag } from 'stellula/middleware/etag'
import { health } from 'stellula/middleware/health'
import { ipRestrict } from 'stellula/middleware/iprestrict'
import { jwt } from 'stellula/middleware/jwt'
import { metrics } from 'stellula/middleware/metrics'
import { proxyHeaders } from 'stellula/middleware/proxyheaders'
import { rateLimit } from 'stellula/middleware/ratelimit'
import { requestId } from 'stellula/middleware/requestid'
import { secureHeaders } from 'stellula/middleware/secureheaders'
import { serverTiming } from 'stellula/middleware/servertiming'
import { sessions } from 'stellula/middleware/sessions'
import { timeout } from 'stellula/middleware/timeout'
import { tracing } from 'stellula/middleware/tracing'
import { trustedHost } from 'stellula/middleware/trustedhost'
import { memoryStore, namespace } from 'stellula/stores'
import { foreignOrigin, greeting } from './scenarios.ts'
import { sink } from './sink.ts'

export type Handler = (request: Request) => Response

/** One middleware, and the same app, asked in the same way, with and without it. */
export interface Entry {
  middleware: Middleware
  headers?: Record<string, string>
  /** To be asked with the cookie that the first answer sets. */
  session?: true
  /** A handler for the app in the middleware, where it must do something with it. */
  handler?: Handler
  /** The handler of both (hello). */
  plain?: Handler
}

const secret = 'a secret of the benchmarks, not of anybody'

export const hello: Handler = () => new PlainTextResponse(greeting)

const articles = Array.from({ length: 100 }, (_, id) => {
  return { id, title: `Article number ${id}`, price: (id * 37) % 1000, tags: ['new', 'in stock'] }
})

/** JSON of 10 KB. */
const page: Handler = () => new JSONResponse(articles)

const readSession: Handler = ({ session }) => {
  session.data['visits'] ??= 0
  return new PlainTextResponse(greeting)
}

const writeSession: Handler = ({ session }) => {
  session.data['visits'] = Number(session.data['visits'] ?? 0) + 1
  return new PlainTextResponse(greeting)
}

const logger = { info: line, error: line }

function line(entry: object): void {
  sink.write(JSON.stringify(entry))
}

const [token, user] = ['x4KqV0p7mZ', new SimpleUser('ada')]
const passThrough: Middleware = (app) => (scope, receive, send) => app(scope, receive, send)

export const entries: Record<string, Entry> = {
  'nothing, for the noise': { middleware: passThrough },
  accessLog: { middleware: accessLog({ logger }) },
  basicAuth: {
    middleware: basicAuth({ users: { ada: 'correct horse' } }),
    headers: { authorization: `Basic ${btoa('ada:correct horse')}` },
  },
  bearerAuth: {
    middleware: bearerAuth({ tokens: { [token]: { user } } }),
    headers: { authorization: `Bearer ${token}` },
  },
  bodyLimit: { middleware: bodyLimit({ maxSize: 1000 }) },
  cacheControl: { middleware: cacheControl({ maxAge: 60 }) },
  'cacheResponse, a hit': {
    middleware: cacheResponse({ store: namespace(memoryStore(), 'pages') }),
  },
  'compress, too small': { middleware: compress(), headers: { 'accept-encoding': 'gzip, br' } },
  'compress, gzip of 10 KB': {
    middleware: compress(),
    headers: { 'accept-encoding': 'gzip' },
    plain: page,
  },
  'compress, br of 10 KB': {
    middleware: compress(),
    headers: { 'accept-encoding': 'br' },
    plain: page,
  },
  cors: { middleware: cors({ origins: [foreignOrigin] }), headers: { origin: foreignOrigin } },
  csrf: { middleware: csrf() },
  etag: { middleware: etag() },
  'etag of 10 KB': { middleware: etag(), plain: page },
  health: { middleware: health() },
  ipRestrict: { middleware: ipRestrict({ allow: ['loopback'] }) },
  'jwt, HS256': {
    middleware: jwt({ keys: encoded(secret), algorithms: ['HS256'] }),
    headers: { authorization: `Bearer ${signedToken()}` },
  },
  metrics: { middleware: metrics() },
  proxyHeaders: {
    middleware: proxyHeaders({ trusted: ['loopback'] }),
    headers: { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' },
  },
  'rateLimit in memory': { middleware: rateLimit({ limits: [{ max: 1e9, seconds: 60 }] }) },
  requestId: { middleware: requestId() },
  secureHeaders: { middleware: secureHeaders() },
  serverTiming: { middleware: serverTiming() },
  'sessions, signed, read': {
    middleware: sessions({ secret }),
    session: true,
    handler: readSession,
  },
  'sessions, signed, written': {
    middleware: sessions({ secret }),
    session: true,
    handler: writeSession,
  },
  'sessions, sealed, read': {
    middleware: sessions({ secret, sealed: true }),
    session: true,
    handler: readSession,
  },
  'sessions in memory, read': {
    middleware: sessions({ store: memoryStore() }),
    session: true,
    handler: readSession,
  },
  timeout: { middleware: timeout({ ms: 5000 }) },
  'tracing, without an exporter': { middleware: tracing() },
  trustedHost: { middleware: trustedHost({ allowedHosts: ['127.0.0.1'] }) },
}

function signedToken(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256' })}.${part({ sub: 'ada', exp: 4_000_000_000 })}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Where an entry is found, with or without its middleware. */
export function pathOf(name: string, isWith: boolean): string {
  const index = Object.keys(entries).indexOf(name)
  return `/${isWith ? 'with' : 'plain'}/${index}`
}
