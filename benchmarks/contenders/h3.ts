// What does the same answer cost with h3 on its own Node server?

import { randomUUID } from 'node:crypto'
import { readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getRouterParam, H3, type H3Event, iterable, readBody, serve, serveStatic } from 'h3'
import { portOf, type Running } from '../contender.ts'
import { publicFolder, uploadFolder } from '../files.ts'
import { lastField } from '../payloads.ts'
import {
  chunks,
  greeting,
  mebibytes,
  type Order,
  type PlainScenario,
  resourcePath,
} from '../scenarios.ts'

const apps: Record<PlainScenario, (app: H3) => void> = {
  hello: addHello,
  json: (app) => {
    app.get('/', () => ({ message: greeting }))
  },
  notfound: addHello,
  param: (app) => {
    app.get('/users/:id', (event) => ({ id: Number(getRouterParam(event, 'id')) }))
  },
  routes200: (app) => addResources(app, 200),
  routes1000: (app) => addResources(app, 1000),
  middleware10: addMiddleware,
  middleware10async: addMiddleware,
  middleware10sends: addMiddleware,
  post: (app) => {
    app.post('/orders', async (event) => {
      const order = await readBody<Order>(event)
      return { customer: order?.customer }
    })
  },
  stream: (app) => {
    app.get('/', (event) => {
      event.res.headers.set('content-type', 'text/plain')
      return iterable(chunks())
    })
  },
  static10k: addStatic,
  static1m: addStatic,
  static304: addStatic,
  range: addStatic,
  upload5m: (app) => {
    app.post('/uploads', async (event) => ({ size: (await uploadOf(event)).size }))
  },
  save5m: (app) => {
    app.post('/uploads', async (event) => {
      const file = await uploadOf(event)
      const path = join(uploadFolder, randomUUID())
      await writeFile(path, file.stream())
      await unlink(path)
      return { size: file.size }
    })
  },
  fields: (app) => {
    app.post('/fields', async (event) => {
      const fields = (await readBody<Record<string, string>>(event)) ?? {}
      return { count: Object.keys(fields).length, last: fields[lastField.name] }
    })
  },
  down: (app) => {
    app.get('/down/:count', (event) => {
      return iterable(mebibytes(Number(getRouterParam(event, 'count'))))
    })
  },
  up: (app) => {
    app.post('/up', async (event) => {
      let size = 0
      for await (const chunk of event.req.body ?? []) size += chunk.length
      return { size }
    })
  },
}

function addStatic(app: H3): void {
  app.use('/static/**', (event) => {
    return serveStatic(event, {
      getContents: (id) => readFile(join(publicFolder, id)),
      getMeta: async (id) => {
        const stats = await stat(join(publicFolder, id)).catch(() => undefined)
        if (!stats?.isFile()) return undefined
        const { size, mtimeMs } = stats
        return { size, mtime: mtimeMs, etag: `W/"${size}-${mtimeMs}"` }
      },
    })
  })
}

async function uploadOf(event: H3Event): Promise<File> {
  const file = (await event.req.formData()).get('file')
  if (file instanceof File) return file
  throw new TypeError('uploadOf: the form has no file that is named "file".')
}

function addHello(app: H3): void {
  app.get('/', () => greeting)
}

function addMiddleware(app: H3): void {
  for (let index = 0; index < 10; index++) app.use(async (_event, next) => await next())
  addHello(app)
}

function addResources(app: H3, count: number): void {
  for (let resource = 0; resource < count; resource++) {
    app.get(resourcePath(resource, ':id'), (event) => {
      return { resource, id: getRouterParam(event, 'id') }
    })
  }
}

export async function start(scenario: PlainScenario): Promise<Running> {
  const app = new H3()
  apps[scenario](app)
  const server = serve(app, { port: 0, hostname: '127.0.0.1', silent: true })
  await server.ready()
  return {
    port: portOf(server.node?.server?.address() ?? null),
    close: () => server.close(true),
  }
}
