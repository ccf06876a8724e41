import type { Request, Response } from 'express'
import express from 'express'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { fromConnect, nodeRequest } from '../../../lib/interop/fromconnect.ts'
import { fromNode, type NodeHandler } from '../../../lib/interop/fromnode.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount, Route } from '../../../lib/routing.ts'
import type { App } from '../../../lib/types.ts'
import { listening, request, statuses } from '../../support/sockets.ts'

const CLOSE = ['connection: close']

/** As express-rate-limit does it: by the address, and by methods of Express. */
async function limit(request: Request, response: Response, next: () => void): Promise<void> {
  if (request.headers['x-many'] === undefined) next()
  else response.status(429).send(`too many from ${request.ip}`)
}

const routes = [Route('/', (request) => new PlainTextResponse(String(nodeRequest(request).method)))]

t.test('a middleware of Express without Express throws, and says what it needs', async (t) => {
  const router = express.Router()
  router.get('/', (_request, response) => void response.json({}))
  const bare = limit as unknown as NodeHandler
  const apps: Readonly<Record<string, App>> = {
    fromConnect: Application({ routes, middleware: [fromConnect(bare)] }),
    fromNode: Application({ routes: [Mount('/', fromNode(router as unknown as NodeHandler))] }),
  }
  for (const [name, app] of Object.entries(apps)) {
    const { talk, errors } = await listening(t, app)
    t.strictSame(statuses(await talk(request('GET /', ['x-many: 1', ...CLOSE]))), [500], name)
    t.match(
      String(errors[0]),
      /Express adds (?:status|json)\(\) to .* Put it into an app: fromConnect\(express\(\)\.use/,
    )
  }
})

t.test('such a middleware works within an app of Express', async (t) => {
  const around = fromConnect(express().use(limit) as unknown as NodeHandler)
  const { talk, errors } = await listening(t, Application({ routes, middleware: [around] }))

  t.match(await talk(request('GET /', CLOSE)), /200 OK[\s\S]*GET$/)
  t.match(
    await talk(request('GET /', ['x-many: 1', ...CLOSE])),
    /429[\s\S]*many from 127\.0\.0\.1$/,
  )
  t.strictSame(errors, [])
})

t.test('other errors of the middleware stay unchanged', async (t) => {
  const failing = express()
  failing.get('/', () => {
    throw new TypeError('cache.get is not a function')
  })
  const { talk, errors } = await listening(
    t,
    Application({ routes: [Mount('/', fromNode(failing))] }),
  )
  t.strictSame(statuses(await talk(request('GET /', CLOSE))), [500])
  t.match(errors, [{ message: 'cache.get is not a function', cause: undefined }])
})
