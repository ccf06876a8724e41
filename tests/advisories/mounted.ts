// What a middleware takes away of a request, or has checked, is what a mounted handler of Node sees.
import type http from 'node:http'
import express from 'express'
import fastify from 'fastify'
import Koa from 'koa'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { mapScope } from '../../lib/authoring/mapscope.ts'
import { Headers } from '../../lib/http/headers.ts'
import { fromNode } from '../../lib/interop/fromnode.ts'
import { proxyHeaders } from '../../lib/middleware/proxyheaders.ts'
import { trustedHost } from '../../lib/middleware/trustedhost.ts'
import { Mount } from '../../lib/routing.ts'
import type { Middleware } from '../../lib/types.ts'
import { bodyOf, listening, request } from '../support/sockets.ts'

type Listener = (request: http.IncomingMessage, response: http.ServerResponse) => unknown

/** Says which user and host it sees. */
const plain: Listener = ({ headers }, response) =>
  response.end(`${headers['x-user'] ?? 'nobody'} at ${headers.host}`)

async function handlers(): Promise<Readonly<Record<string, Listener>>> {
  const koa = new Koa().use((context) => {
    context.body = `${context.get('x-user') || 'nobody'} at ${context.get('host')}`
  })
  const fast = fastify()
  fast.get('*', async (request) => {
    return `${request.headers['x-user'] ?? 'nobody'} at ${request.headers.host}`
  })
  await fast.ready()
  t.teardown(() => fast.close())
  return {
    'plain Node': plain,
    Express: express().use((request, response) => {
      response.end(`${request.get('x-user') ?? 'nobody'} at ${request.get('host')}`)
    }),
    Koa: koa.callback(),
    Fastify: (request, response) => fast.routing(request, response),
  }
}

const withoutUser = (list: readonly string[]): readonly string[] =>
  new Headers(list).delete('x-user').list

/** All ways to take a field away; the last one is what JavaScript can do, against the contract. */
const STRIPPING: Readonly<Record<string, Middleware>> = {
  'by mapScope': mapScope((scope) => ({ ...scope, headers: withoutUser(scope.headers) })),
  'by another list in the same scope': (app) => (scope, receive, send) => {
    if (scope.type === 'http') scope.headers = withoutUser(scope.headers)
    return app(scope, receive, send)
  },
  'in place': (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const list = scope.headers as string[]
    list.splice(list.indexOf('x-user'), 2)
    return app(scope, receive, send)
  },
  'in place, by another value': (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const list = scope.headers as string[]
    list[list.indexOf('x-user') + 1] = 'nobody'
    return app(scope, receive, send)
  },
}

const FIELDS = ['x-user: admin', 'connection: close']

t.test('a field that a middleware removes is removed for a mounted handler too', async (t) => {
  for (const [name, handler] of Object.entries(await handlers())) {
    for (const [how, stripping] of Object.entries(STRIPPING)) {
      for (const shortcuts of [true, false]) {
        const app = Application({
          routes: [Mount('/', fromNode(handler), { middleware: [stripping] })],
        })
        const { talk } = await listening(t, app, { shortcuts })

        const answer = bodyOf(await talk(request('GET /', FIELDS)))

        t.equal(
          answer,
          'nobody at test',
          `${name}, ${how}, ${shortcuts ? 'natively' : 'by messages'}`,
        )
      }
    }
  }
})

t.test('a field that no middleware removes stays', async (t) => {
  for (const [name, handler] of Object.entries(await handlers())) {
    const { talk } = await listening(t, fromNode(handler), { lifespan: 'off' })

    t.equal(bodyOf(await talk(request('GET /', FIELDS))), 'admin at test', name)
  }
})

t.test('a mounted handler gets the host that was checked', async (t) => {
  const fields = ['x-forwarded-host: shop.example', 'connection: close']
  for (const [name, handler] of Object.entries(await handlers())) {
    for (const shortcuts of [true, false]) {
      const app = Application({
        routes: [Mount('/', fromNode(handler))],
        middleware: [
          proxyHeaders({ trusted: ['loopback'], host: true }),
          trustedHost({ allowedHosts: ['shop.example'] }),
        ],
      })
      const { talk } = await listening(t, app, { shortcuts })

      t.equal(bodyOf(await talk(request('GET /', fields))), 'nobody at shop.example', name)
      t.match(await talk(request('GET /', ['connection: close'])), /^HTTP\/1.1 400/, name)
    }
  }
})
