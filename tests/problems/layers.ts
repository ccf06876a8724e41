// problemDetails() beside other handlers: on a layer, in debug mode, for websockets.
import t from 'tap'
import {
  Application,
  type ApplicationOptions,
  HTTPException,
  JSONResponse,
  Mount,
  Route,
  Router,
} from '../../lib/index.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { Problem, problemDetails, problemResponse } from '../../lib/problems.ts'
import { WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'

class OutOfStock extends Error {}

// LS-ERR-2
t.test('a layer may have it, and other handlers too', async (t) => {
  const missing = Route('/', () => {
    throw new HTTPException(404)
  })
  const app = Application({
    routes: [
      Mount('/api', exceptions([...problemDetails()])(Router([missing]))),
      Route('/taken', () => {
        throw new OutOfStock()
      }),
      missing,
    ],
    exceptionHandlers: [
      [OutOfStock, (request) => problemResponse(request, new Problem({ status: 409 }))],
    ],
  })
  await using client = await testClient(app)

  t.equal((await client.get('/')).headers.get('content-type'), 'text/plain; charset=utf-8')
  t.equal((await client.get('/api/')).headers.get('content-type'), 'application/problem+json')
  t.equal((await client.get('/api/x')).headers.get('content-type'), 'application/problem+json')
  t.match(await (await client.get('/taken')).json(), { status: 409, title: 'Conflict' })
})

t.test('a later entry for a key overrides that of problemDetails', async (t) => {
  const options: ApplicationOptions = {
    exceptionHandlers: [...problemDetails(), [HTTPException, () => new JSONResponse('mine')]],
  }
  await using client = await testClient(Application(options))

  t.equal(await (await client.get('/')).json(), 'mine')
})

t.test('debug takes precedence for bugs', async (t) => {
  const route = Route('/', () => {
    throw new Error('kaput')
  })
  const app = Application({
    routes: [route],
    debug: true,
    exceptionHandlers: [...problemDetails()],
  })
  await using client = await testClient(app, { raiseServerExceptions: false })

  t.match(await (await client.get('/')).text(), /kaput/)
})

t.test('a websocket is refused with a document, and closed with a reason', async (t) => {
  const app = Application({
    routes: [
      WebSocketRoute('/refused', () => {
        throw new HTTPException(403)
      }),
      WebSocketRoute('/open', async (websocket) => {
        await websocket.accept()
        throw new Problem({ status: 409, detail: 'taken' })
      }),
    ],
    exceptionHandlers: [...problemDetails()],
  })
  await using client = await testClient(app)

  const error = await client.websocket('/refused').then(t.fail, (reason: unknown) => reason)
  t.match(error, { response: { status: 403 } })
  const websocket = await client.websocket('/open')
  t.match(await websocket.receive().catch((reason: unknown) => reason), {
    code: 1008,
    reason: 'taken',
  })
})
