// The same small app in each framework of the fetch world: a stream, an upload, cookies, an error.
import { Elysia } from 'elysia'
import { defineHandler, H3, HTTPError, setCookie as setH3Cookie } from 'h3'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { stream } from 'hono/streaming'
import { Router } from 'itty-router'
import type { FetchHandler } from '../../lib/interop/fromfetch.ts'

/** Parts that come one after the other, each in a turn of its own. */
async function* ticks(): AsyncGenerator<string> {
  for (let tick = 0; tick < 3; tick++) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    yield `tick ${tick}\n`
  }
}

function ticking(): globalThis.Response {
  const iterator = ticks()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(new TextEncoder().encode(value))
    },
  })
  return new globalThis.Response(body, { headers: { 'content-type': 'text/plain' } })
}

async function sizeOf(request: globalThis.Request): Promise<object> {
  let size = 0
  for await (const part of request.body ?? []) size += part.byteLength
  return { size }
}

function cookies(cookie: string | null): globalThis.Response {
  const headers = new globalThis.Headers({ 'content-type': 'text/plain' })
  headers.append('set-cookie', 'one=1; Path=/')
  headers.append('set-cookie', 'two=2; Path=/; HttpOnly')
  return new globalThis.Response(`sent: ${cookie ?? 'nothing'}`, { headers })
}

function makeHono(): FetchHandler {
  const app = new Hono()
  app.get('/', (c) => c.text('home'))
  app.get('/items/:id', (c) => c.json({ id: c.req.param('id'), query: c.req.query() }))
  app.get('/stream', (c) => {
    c.header('content-type', 'text/plain')
    return stream(c, async (out) => {
      for await (const tick of ticks()) await out.write(tick)
    })
  })
  app.post('/upload', async (c) => c.json(await sizeOf(c.req.raw)))
  app.post('/form', async (c) => {
    const { file, name } = await c.req.parseBody()
    return c.json({ name, size: file instanceof File ? file.size : 0 })
  })
  app.get('/cookies', (c) => {
    setCookie(c, 'one', '1')
    setCookie(c, 'two', '2', { httpOnly: true })
    return c.text(`sent: ${getCookie(c, 'sent') ?? 'nothing'}`)
  })
  app.get('/error', () => {
    throw new Error('broken')
  })
  app.onError((_error, c) => c.text('something broke', 500))
  return app.fetch
}

function makeH3(): FetchHandler {
  const app = new H3({ silent: true })
  app.get('/', () => 'home')
  app.get('/items/:id', (event) => ({
    id: event.context.params?.['id'],
    query: Object.fromEntries(event.url.searchParams),
  }))
  app.get('/stream', () => ticking())
  app.post('/upload', (event) => sizeOf(event.req))
  app.post('/form', async (event) => {
    const form = await event.req.formData()
    const file = form.get('file')
    return { name: form.get('name'), size: file instanceof File ? file.size : 0 }
  })
  app.get(
    '/cookies',
    defineHandler((event) => {
      setH3Cookie(event, 'one', '1')
      setH3Cookie(event, 'two', '2', { httpOnly: true })
      return `sent: ${event.req.headers.get('cookie') ?? 'nothing'}`
    }),
  )
  app.get('/error', () => {
    throw new HTTPError({ status: 500, message: 'broken' })
  })
  return app.fetch
}

function makeItty(): FetchHandler {
  const router = Router()
  router.get('/', () => new globalThis.Response('home'))
  router.get('/items/:id', ({ params, query }) =>
    globalThis.Response.json({ id: params['id'], query }),
  )
  router.get('/stream', () => ticking())
  router.post('/upload', async (request) => {
    return globalThis.Response.json(await sizeOf(request as unknown as globalThis.Request))
  })
  router.post('/form', async (request) => formOf(request as unknown as globalThis.Request))
  router.get('/cookies', (request) => cookies(request.headers.get('cookie')))
  router.get('/error', () => new globalThis.Response('something broke', { status: 500 }))
  router.all('*', () => new globalThis.Response('not here', { status: 404 }))
  return (request, ...rest) => router.fetch(request, ...rest)
}

function makeElysia(): FetchHandler {
  const app = new Elysia({ aot: false })
    .get('/', () => 'home')
    .get('/items/:id', ({ params, query }) => ({ id: params.id, query }))
    .get('/stream', () => ticking())
    .post('/upload', ({ request }) => sizeOf(request), { parse: 'none' })
    .post('/form', ({ request }) => formOf(request), { parse: 'none' })
    .get('/cookies', ({ request }) => cookies(request.headers.get('cookie')))
    .get('/error', () => {
      throw new Error('broken')
    })
    .onError(({ code }) => (code === 'NOT_FOUND' ? undefined : 'something broke'))
  return (request) => app.handle(request)
}

async function formOf(request: globalThis.Request): Promise<globalThis.Response> {
  const form = await request.formData()
  const file = form.get('file')
  return globalThis.Response.json({
    name: form.get('name'),
    size: file instanceof File ? file.size : 0,
  })
}

/** No framework: a function as a route file of Next exports one. */
const plain: FetchHandler = async (request: globalThis.Request) => {
  const { pathname, searchParams } = new URL(request.url)
  const id = /^\/items\/([^/]+)$/.exec(pathname)?.[1]
  if (id !== undefined) {
    return globalThis.Response.json({ id, query: Object.fromEntries(searchParams) })
  }
  switch (`${request.method} ${pathname}`) {
    case 'GET /':
    case 'HEAD /':
      return new globalThis.Response('home')
    case 'GET /stream':
      return ticking()
    case 'POST /upload':
      return globalThis.Response.json(await sizeOf(request))
    case 'POST /form':
      return formOf(request)
    case 'GET /cookies':
      return cookies(request.headers.get('cookie'))
    case 'GET /error':
      return new globalThis.Response('something broke', { status: 500 })
    default:
      return new globalThis.Response('not here', { status: 404 })
  }
}

/** The handlers by the names of their frameworks. */
export const fetchApps: Readonly<Record<string, () => FetchHandler>> = {
  Hono: makeHono,
  h3: makeH3,
  'itty-router': makeItty,
  Elysia: makeElysia,
  'a function': () => plain,
}
