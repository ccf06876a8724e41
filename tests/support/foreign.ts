// The same small site in five frameworks: sessions, uploads, static files, streams, errors.
import { createReadStream } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import compression from 'compression'
import connect from 'connect'
import express from 'express'
import session from 'express-session'
import Fastify from 'fastify'
import helmet from 'helmet'
import Koa from 'koa'
import multer from 'multer'
import serveStatic from 'serve-static'

// The same package by another name, for which there are no types.
const express4: typeof express = createRequire(import.meta.url)('express4')

export interface Foreign {
  readonly name: string
  /** What `http.createServer` and `fromNode` take. */
  readonly handler: RequestListener
  /** Whether paths in redirects carry the prefix that the app is mounted at. */
  readonly knowsPrefix: boolean
}

/** The sites, which serve the files of a directory at `/static`. */
export async function foreignSites(directory: string): Promise<readonly Foreign[]> {
  return [
    { name: 'Express 5', handler: expressSite(express, directory), knowsPrefix: true },
    { name: 'Express 4', handler: expressSite(express4, directory), knowsPrefix: true },
    { name: 'Connect', handler: connectSite(directory), knowsPrefix: true },
    { name: 'Koa', handler: koaSite(directory), knowsPrefix: false },
    { name: 'Fastify', handler: await fastifySite(directory), knowsPrefix: false },
  ]
}

interface WithSession extends IncomingMessage {
  session: session.Session & { visits?: number }
}

/** With an id that is always the same, so that two servers set the same cookie. */
function sessions(): ReturnType<typeof session> {
  return session({
    secret: 'a secret for tests',
    resave: false,
    saveUninitialized: false,
    genid: () => 'the-one-session',
  })
}

async function* slowly(): AsyncGenerator<string> {
  for (const part of ['one ', 'two ', 'three']) {
    yield part
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

async function sizeOf(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0
  for await (const part of stream) size += part.byteLength
  return size
}

function expressSite(make: typeof express, directory: string): RequestListener {
  const app = make()
  app.set('etag', 'strong')
  app.use(helmet(), sessions())
  app.use('/static', make.static(directory, { index: 'index.html' }))
  app.get('/', (request, response) => {
    response.send(`hello from ${request.path}`)
  })
  app.get('/visits', (request, response) => {
    const { session } = request as unknown as WithSession
    session.visits = (session.visits ?? 0) + 1
    response.json({ visits: session.visits })
  })
  app.post('/json', make.json(), (request, response) => {
    response.status(201).json({ got: request.body })
  })
  app.post('/form', make.urlencoded({ extended: false }), (request, response) => {
    response.json({ ...request.body })
  })
  app.post('/upload', multer().single('file'), (request, response) => {
    response.json({ ...request.body, name: request.file?.originalname, size: request.file?.size })
  })
  app.post('/echo', (request, response) => {
    response.type('application/octet-stream')
    request.pipe(response)
  })
  app.get('/stream', (_request, response) => {
    response.type('text/plain')
    Readable.from(slowly()).pipe(response)
  })
  app.get('/large', compression(), (_request, response) => {
    response.type('text/plain').send('large '.repeat(2_000))
  })
  app.get('/away', (request, response) => {
    response.redirect(`${request.baseUrl}/visits`)
  })
  app.get('/error', () => {
    throw Object.assign(new Error('kaput'), { status: 418 })
  })
  app.use(
    (
      error: Error & { status?: number },
      _: unknown,
      response: express.Response,
      _next: unknown,
    ) => {
      response.status(error.status ?? 500).send(`answered: ${error.message}`)
    },
  )
  app.use((request, response) => {
    response.status(404).send(`nothing at ${request.url}`)
  })
  return app
}

function connectSite(directory: string): RequestListener {
  const app = connect()
  const end = (response: ServerResponse, value: unknown, status = 200): void => {
    const body = typeof value === 'string' ? value : JSON.stringify(value)
    response.writeHead(status, { 'Content-Type': 'text/plain' }).end(body)
  }
  app.use(helmet())
  app.use(sessions() as connect.NextHandleFunction)
  app.use('/static', serveStatic(directory) as connect.NextHandleFunction)
  app.use('/visits', (request, response) => {
    const { session } = request as WithSession
    session.visits = (session.visits ?? 0) + 1
    end(response, { visits: session.visits })
  })
  app.use('/json', express.json() as connect.NextHandleFunction)
  app.use('/json', (request, response) => end(response, { got: Reflect.get(request, 'body') }, 201))
  app.use('/form', express.urlencoded({ extended: false }) as connect.NextHandleFunction)
  app.use('/form', (request, response) => end(response, { ...Reflect.get(request, 'body') }))
  app.use('/upload', multer().single('file') as unknown as connect.NextHandleFunction)
  app.use('/upload', (request, response) => {
    end(response, { size: Reflect.get(request, 'file').size, ...Reflect.get(request, 'body') })
  })
  app.use('/echo', (request, response) => request.pipe(response))
  app.use('/stream', (_request, response) => Readable.from(slowly()).pipe(response))
  app.use('/large', compression() as connect.NextHandleFunction)
  app.use('/large', (_request, response) => end(response, 'large '.repeat(2_000)))
  app.use('/away', (request, response) => {
    const { originalUrl = '' } = request
    response.writeHead(302, { Location: originalUrl.replace('away', 'visits') }).end()
  })
  app.use('/error', () => {
    throw new Error('kaput')
  })
  app.use((error: Error, _: unknown, response: ServerResponse, _next: unknown) => {
    end(response, `answered: ${error.message}`, 418)
  })
  app.use((request, response) =>
    end(response, `at ${request.url}`, request.url === '/' ? 200 : 404),
  )
  return app
}

function koaSite(directory: string): RequestListener {
  const app = new Koa({ keys: ['a key for tests'] })
  app.silent = true
  const routes: Record<string, (context: Koa.Context) => unknown> = {
    '/': (context) => {
      context.body = `hello from ${context.path}`
    },
    '/visits': (context) => {
      const visits = Number(context.cookies.get('visits', { signed: true }) ?? 0) + 1
      context.cookies.set('visits', `${visits}`, { signed: true })
      context.body = { visits }
    },
    '/json': async (context) => {
      context.status = 201
      context.body = { size: await sizeOf(context.req) }
    },
    '/form': async (context) => {
      context.body = { size: await sizeOf(context.req), type: context.request.type }
    },
    '/upload': async (context) => {
      context.body = { size: await sizeOf(context.req), is: context.is('multipart') }
    },
    '/echo': (context) => {
      context.type = 'application/octet-stream'
      context.body = context.req
    },
    '/stream': (context) => {
      context.type = 'text/plain'
      context.body = Readable.from(slowly())
    },
    '/large': (context) => {
      context.body = 'large '.repeat(2_000)
    },
    '/away': (context) => context.redirect('/visits'),
    '/error': (context) => context.throw(418, 'kaput'),
    '/static/page.html': (context) => {
      context.type = 'html'
      context.body = createReadStream(`${directory}/page.html`)
    },
  }
  app.use(async (context) => {
    await routes[context.path]?.(context)
  })
  return app.callback() as RequestListener
}

async function fastifySite(directory: string): Promise<RequestListener> {
  const app = Fastify()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.get('/', (request) => `hello from ${request.url}`)
  app.get('/visits', (request, reply) => {
    const visits = Number(/visits=(\d+)/.exec(request.headers.cookie ?? '')?.[1] ?? 0) + 1
    reply.header('set-cookie', [`visits=${visits}`, 'other=1'])
    return { visits }
  })
  app.post('/json', (request, reply) => reply.code(201).send({ got: request.body }))
  app.post('/form', async (request) => ({ size: await sizeOf(request.body as Readable) }))
  app.post('/upload', async (request) => ({ size: await sizeOf(request.body as Readable) }))
  app.post('/echo', (request, reply) => {
    reply.type('application/octet-stream').send(request.body)
  })
  app.get('/stream', (_request, reply) => {
    reply.type('text/plain').send(Readable.from(slowly()))
  })
  app.get('/large', () => 'large '.repeat(2_000))
  app.get('/away', (_request, reply) => reply.redirect('/visits'))
  app.get('/error', () => {
    throw Object.assign(new Error('kaput'), { statusCode: 418 })
  })
  app.get('/static/page.html', (_request, reply) => {
    reply.type('text/html').send(createReadStream(`${directory}/page.html`))
  })
  await app.ready()
  return app.routing as RequestListener
}
