// What does the same answer cost with Stellula?

import {
  type App,
  Application,
  JSONResponse,
  type Middleware,
  Mount,
  PlainTextResponse,
  type Request,
  Route,
} from 'stellula'
import { StreamingResponse } from 'stellula/responses'
import { type ServeOptions, serve } from 'stellula/servers/node'
import { StaticFiles } from 'stellula/staticfiles'
import { portOf, type Running } from '../contender.ts'
import { staticFolder, uploadFolder } from '../files.ts'
import { fieldCount, lastField } from '../payloads.ts'
import {
  chunks,
  greeting,
  mebibytes,
  type Order,
  type PlainScenario,
  resourcePath,
} from '../scenarios.ts'

const hello = Route('/', () => new PlainTextResponse(greeting))

const apps: Record<PlainScenario, () => App> = {
  hello: () => Application({ routes: [hello] }),
  json: () => {
    return Application({ routes: [Route('/', () => new JSONResponse({ message: greeting }))] })
  },
  notfound: () => Application({ routes: [hello] }),
  param: () => {
    const user = Route('/users/{id:int}', (request) => {
      return new JSONResponse({ id: request.pathParams.id })
    })
    return Application({ routes: [user] })
  },
  routes200: () => Application({ routes: resources(200) }),
  routes1000: () => Application({ routes: resources(1000) }),
  middleware10: () => Application({ routes: [hello], middleware: tenOf(passThrough) }),
  middleware10async: () => Application({ routes: [hello], middleware: tenOf(passThroughAsync) }),
  middleware10sends: () => Application({ routes: [hello], middleware: tenOf(sendAsync) }),
  post: () => {
    const create = async (request: Request) => {
      const order = (await request.json()) as Order
      return new JSONResponse({ customer: order.customer })
    }
    return Application({ routes: [Route('/orders', create, { methods: ['POST'] })] })
  },
  stream: () => {
    const stream = Route('/', () => new StreamingResponse(chunks(), { mediaType: 'text/plain' }))
    return Application({ routes: [stream] })
  },
  static10k: serveFiles,
  static1m: serveFiles,
  static304: serveFiles,
  range: serveFiles,
  upload5m: () => {
    return receive('/uploads', async (request) => {
      let size = 0
      for await (const part of request.parts({ maxSize: Number.POSITIVE_INFINITY })) {
        if (part.filename === null) continue
        for await (const chunk of part.stream()) size += chunk.byteLength
      }
      return new JSONResponse({ size })
    })
  },
  save5m: () => {
    return receive('/uploads', async (request) => {
      const form = await request.form({ directory: uploadFolder })
      return new JSONResponse({ size: form.file('file')?.size })
    })
  },
  fields: () => {
    return receive('/fields', async (request) => {
      const form = await request.form({ maxFields: fieldCount })
      return new JSONResponse({ count: form.size, last: form.get(lastField.name) })
    })
  },
  down: () => {
    const stream = Route('/down/{count:int}', (request) => {
      return new StreamingResponse(mebibytes(request.pathParams.count))
    })
    return Application({ routes: [stream] })
  },
  up: () => {
    return receive('/up', async (request) => {
      let size = 0
      for await (const chunk of request.stream({ maxSize: Number.POSITIVE_INFINITY }))
        size += chunk.byteLength
      return new JSONResponse({ size })
    })
  },
}

function serveFiles(): App {
  const files = StaticFiles({ directory: staticFolder })
  return Application({ routes: [Mount('/static', files)] })
}

function receive(path: string, handler: (request: Request) => Promise<JSONResponse>): App {
  return Application({ routes: [Route(path, handler, { methods: ['POST'] })] })
}

/** The style of Stellula's own middleware. */
const passThrough: Middleware = (app) => (scope, receive, send) => app(scope, receive, send)

const passThroughAsync: Middleware = (app) => async (scope, receive, send) => {
  await app(scope, receive, (message) => send(message))
}

/** The style people bring along. */
const sendAsync: Middleware = (app) => async (scope, receive, send) => {
  await app(scope, receive, async (message) => {
    await send(message)
  })
}

function tenOf(middleware: Middleware): Middleware[] {
  return Array.from({ length: 10 }, () => middleware)
}

function resources(count: number): Route[] {
  return Array.from({ length: count }, (_, resource) => {
    return Route(resourcePath(resource, '{id}'), (request) => {
      return new JSONResponse({ resource, id: request.pathParams['id'] })
    })
  })
}

export async function start(scenario: PlainScenario, further: ServeOptions = {}): Promise<Running> {
  // The process listens to its signals itself.
  const options = { host: '127.0.0.1', port: 0, signals: [], ...further }
  const server = await serve(apps[scenario](), options)
  return { port: portOf(server.address), close: () => server.close() }
}
