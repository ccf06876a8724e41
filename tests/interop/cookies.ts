// Two Cookie fields, or one cookie twice: every reader reads the same (RFC 9113 section 8.2.3).
import cookieParser from 'cookie'
import express from 'express'
import { Hono } from 'hono'
import { getCookie } from 'hono/cookie'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { fromConnect, nodeRequest } from '../../lib/interop/fromconnect.ts'
import { fromFetch } from '../../lib/interop/fromfetch.ts'
import { fromNode } from '../../lib/interop/fromnode.ts'
import { proxy } from '../../lib/interop/proxy.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Mount, Route } from '../../lib/routing.ts'
import { toFetch } from '../../lib/servers/fetch.ts'
import { toNode } from '../../lib/servers/hosted.ts'
import type { App } from '../../lib/types.ts'
import { hostServer } from '../support/hosts.ts'
import { bodyOf, listening, request } from '../support/sockets.ts'

const inside = express()
inside.use((request, response) => {
  response.json(cookieParser.parseCookie(request.headers.cookie ?? ''))
})
const hono = new Hono()
hono.get('*', (c) => c.json(getCookie(c)))

const watched = (app: App): App => {
  return (scope, receive, send) => app(scope, receive, (message) => send(message))
}

const own = Route('/own', ({ cookies }) => new JSONResponse(cookies))
const readers = Application({
  routes: [
    own,
    Mount('/native', fromNode(inside)),
    Mount('/messages', watched(fromNode(inside))),
    Mount('/fetch', fromFetch(hono.fetch)),
    Route('/connect', (request) => new JSONResponse(nodeRequest(request)['cookies']), {
      middleware: [
        fromConnect((request, _response, next) => {
          const cookies = cookieParser.parseCookie(request.headers.cookie ?? '')
          Object.assign(request, { cookies })
          next()
        }),
      ],
    }),
  ],
})
const PATHS = ['/own', '/native/', '/messages/', '/fetch/', '/connect']

const SENT: readonly (readonly string[])[] = [
  ['cookie: a=1; b=2', 'cookie: b=3; c=4'],
  ['cookie: a=1; b=2; b=3; c=4'],
  ['cookie: a=1', 'x-between: 1', 'cookie: b=2', 'cookie: b=3', 'Cookie: c=4'],
]
const READ = { a: '1', b: '2', c: '4' }

t.test('the first cookie of a name counts, across all fields', async (t) => {
  const direct = await listening(t, readers)
  const upstream = proxy(direct.server.url ?? '')
  const fronts = {
    direct,
    proxied: await listening(t, upstream),
    hosted: await hostServer(t, toNode(readers)),
  }
  for (const [front, { talk }] of Object.entries(fronts)) {
    for (const path of PATHS) {
      for (const fields of SENT) {
        const received = await talk(request(`GET ${path}`, [...fields, 'connection: close']))
        t.strictSame(JSON.parse(bodyOf(received)), READ, `${front} ${path} ${fields.length}`)
      }
    }
  }
})

t.test('a fetch request joins the cookie fields itself', async (t) => {
  const handler = toFetch(Application({ routes: [own] }))
  const headers = new Headers({ cookie: 'a=1; b=2' })
  headers.append('cookie', 'b=3; c=4')
  const response = await handler(new Request('http://a/own', { headers }))

  t.strictSame(await response.json(), READ)
})

t.test('an upstream gets one cookie field', async (t) => {
  const host = await hostServer(t, (request, response) => {
    response.end(String(request.rawHeaders.filter((name) => name === 'cookie').length))
  })
  const { talk } = await listening(t, proxy(host.url))
  const received = await talk(request('GET /', [...(SENT[2] ?? []), 'connection: close']))

  t.equal(bodyOf(received), '1')
})
