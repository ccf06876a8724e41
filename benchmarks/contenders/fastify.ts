// What does the same answer cost with Fastify, schemas included as its guide advises?

import { Readable } from 'node:stream'
import formbody from '@fastify/formbody'
import multipart from '@fastify/multipart'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance } from 'fastify'
import { portOf, type Running } from '../contender.ts'
import { staticFolder, uploadFolder } from '../files.ts'
import { lastField } from '../payloads.ts'
import {
  chunks,
  greeting,
  mebibytes,
  type Order,
  type PlainScenario,
  resourcePath,
} from '../scenarios.ts'

const apps: Record<PlainScenario, (app: FastifyInstance) => void> = {
  hello: addHello,
  json: (app) => {
    app.get('/', { schema: answerOf({ message: 'string' }) }, async () => ({ message: greeting }))
  },
  notfound: addHello,
  param: (app) => {
    const schema = { params: objectOf({ id: 'integer' }), ...answerOf({ id: 'integer' }) }
    app.get<{ Params: { id: number } }>('/users/:id', { schema }, async (request) => {
      return { id: request.params.id }
    })
  },
  routes200: (app) => addResources(app, 200),
  routes1000: (app) => addResources(app, 1000),
  middleware10: addHooks,
  middleware10async: addHooks,
  middleware10sends: addHooks,
  post: (app) => {
    const schema = answerOf({ customer: 'string' })
    app.post<{ Body: Order }>('/orders', { schema }, async (request) => {
      return { customer: request.body.customer }
    })
  },
  stream: (app) => {
    app.get('/', async (_request, reply) => {
      return reply.type('text/plain').send(Readable.from(chunks()))
    })
  },
  static10k: addStatic,
  static1m: addStatic,
  static304: addStatic,
  range: addStatic,
  upload5m: (app) => {
    app.register(multipart, uploadLimits)
    app.post('/uploads', { schema: answerOf({ size: 'integer' }) }, async (request) => {
      let size = 0
      const upload = await request.file()
      for await (const chunk of upload?.file ?? []) size += chunk.length
      return { size }
    })
  },
  save5m: (app) => {
    app.register(multipart, uploadLimits)
    app.post('/uploads', { schema: answerOf({ size: 'integer' }) }, async (request) => {
      // Removed by the plugin when the answer is out.
      const { files } = await request.saveRequestFiles({ tmpdir: uploadFolder })
      return { size: files[0]?.file.bytesRead }
    })
  },
  fields: (app) => {
    app.register(formbody, { bodyLimit: 5_000_000 })
    const schema = answerOf({ count: 'integer', last: 'string' })
    app.post<{ Body: Record<string, string> }>('/fields', { schema }, async ({ body }) => {
      return { count: Object.keys(body).length, last: body[lastField.name] }
    })
  },
  down: (app) => {
    app.get<{ Params: { count: string } }>('/down/:count', async (request, reply) => {
      return reply.send(Readable.from(mebibytes(Number(request.params.count))))
    })
  },
  up: (app) => {
    // A parser that reads nothing hands on the stream.
    app.addContentTypeParser('application/octet-stream', (_request, payload, done) => {
      done(null, payload)
    })
    const schema = answerOf({ size: 'integer' })
    app.post<{ Body: Readable }>('/up', { schema }, async (request) => {
      let size = 0
      for await (const chunk of request.body) size += chunk.length
      return { size }
    })
  },
}

const uploadLimits = { limits: { fileSize: 2 * 1024 ** 3 } }

function addStatic(app: FastifyInstance): void {
  app.register(fastifyStatic, { root: staticFolder, prefix: '/static/' })
}

function addHello(app: FastifyInstance): void {
  app.get('/', async () => greeting)
}

function addHooks(app: FastifyInstance): void {
  for (let index = 0; index < 10; index++) app.addHook('onRequest', async () => {})
  addHello(app)
}

function addResources(app: FastifyInstance, count: number): void {
  const schema = answerOf({ resource: 'integer', id: 'string' })
  for (let resource = 0; resource < count; resource++) {
    const path = resourcePath(resource, ':id')
    app.get<{ Params: { id: string } }>(path, { schema }, async (request) => {
      return { resource, id: request.params.id }
    })
  }
}

/** A response schema lets Fastify use its compiled serializer. */
function answerOf(types: Record<string, string>): object {
  return { response: { 200: objectOf(types) } }
}

function objectOf(types: Record<string, string>): object {
  const entries = Object.entries(types).map(([name, type]) => [name, { type }])
  return { type: 'object', properties: Object.fromEntries(entries) }
}

export async function start(scenario: PlainScenario): Promise<Running> {
  const app = Fastify()
  apps[scenario](app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: portOf(app.server.address()), close: () => app.close() }
}
