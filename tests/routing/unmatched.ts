// What a developer sees where no route matches, while debug is on.
import {
  Application,
  Host,
  HTTPException,
  Mount,
  PlainTextResponse,
  Route,
  Router,
  WebSocketRoute,
} from 'stellula'
import { problemDetails } from 'stellula/problems'
import { testClient } from 'stellula/testclient'
import t from 'tap'

const home = () => new PlainTextResponse('home')

function appOf(options: object = {}): Application {
  return Application({
    debug: true,
    routes: [
      Route('/', home, { name: 'home' }),
      Mount('/users', Router([Route('/{id:int}', { get: home, delete: home }, { name: 'user' })])),
      Route('/orders/{id:int}', home),
      WebSocketRoute('/live', async (websocket) => websocket.accept()),
      Host('api.example.org', Router([Route('/status', home)])),
      Route('/gone', () => {
        throw new HTTPException(404, 'That is gone.')
      }),
    ],
    ...options,
  })
}

interface Answered {
  readonly response: Response
  readonly text: string
}

async function answered(app: Application, path: string, accept = '*/*'): Promise<Answered> {
  await using client = await testClient(app)
  const response = await client.get(path, { headers: { accept } })
  return { response, text: await response.text() }
}

t.test('text lists the routes, the nearest first', async (t) => {
  const { response, text } = await answered(appOf(), '/user/7')

  t.equal(response.status, 404)
  t.equal(response.headers.get('cache-control'), 'no-store')
  const lines = text.split('\n')
  t.equal(lines[0], 'Not Found')
  t.same(lines.slice(3, 5), ['  GET, HEAD, DELETE /users/{id:int}', '  GET, HEAD /orders/{id:int}'])
  t.ok(lines.includes('  WebSocket /live'))
})

t.test('a route whose parameter is missing is near', async (t) => {
  const routes = ['/e', '/x/y', '/users/{id:int}'].map((path) =>
    Route(path, () => undefined as never),
  )

  const { text } = await answered(appOf({ routes }), '/user')

  t.equal(text.split('\n')[3], '  GET, HEAD /users/{id:int}')
})

t.test('a browser gets an escaped page', async (t) => {
  const { text: page } = await answered(appOf(), '/<b>?token=s3cret', 'text/html')

  t.match(page, '<h1>Not Found: no route matches /&lt;b&gt;</h1>')
  t.match(page, '<code>/users/{id:int}</code> user')
  t.match(page, '<code>api.example.org /status</code>')
  t.notMatch(page, /<b>|s3cret/)
  const empty = await answered(appOf({ routes: [] }), '/x', 'text/html')
  t.match(empty.text, 'There are no routes.')
})

t.test('an API client gets JSON', async (t) => {
  const { text } = await answered(appOf(), '/order/7', 'application/json')

  t.match(JSON.parse(text), {
    status: 404,
    detail: 'Not Found',
    method: 'GET',
    path: '/order/7',
    routes: [{ kind: 'route', path: '/orders/{id:int}', methods: ['GET', 'HEAD'] }],
  })
})

t.test('a 404 of a handler, and handlers of the application, are not changed', async (t) => {
  t.equal((await answered(appOf(), '/gone')).text, 'That is gone.')
  const answer = () => new PlainTextResponse('nothing here', { status: 404 })
  const own = appOf({ exceptionHandlers: [[404, answer]] })
  t.equal((await answered(own, '/x')).text, 'nothing here')
  const problems = await answered(appOf({ exceptionHandlers: problemDetails() }), '/x')
  t.match(JSON.parse(problems.text), { type: 'about:blank', title: 'Not Found', status: 404 })
})

t.test('without debug, no routes are shown', async (t) => {
  for (const accept of ['*/*', 'text/html', 'application/json']) {
    t.equal((await answered(appOf({ debug: false }), '/x', accept)).text, 'Not Found')
  }
})

t.test('without debug, handlers of any layer answer, and others get the default', async (t) => {
  const answer = (text: string) => () => new PlainTextResponse(text, { status: 404 })
  const app = (exceptionHandlers: unknown) => appOf({ debug: false, exceptionHandlers })

  t.equal((await answered(app([[404, answer('by status')]]), '/x')).text, 'by status')
  t.equal((await answered(app([[HTTPException, answer('by class')]]), '/x')).text, 'by class')
  t.equal((await answered(app([[403, answer('another')]]), '/x')).text, 'Not Found')
  t.equal((await answered(app([[Error, answer('a bug')]]), '/x')).text, 'Not Found')

  const mounted = Router([Route('/', home)], { exceptionHandlers: [[404, answer('inside')]] })
  const outer = Application({
    routes: [Mount('/in', mounted)],
    exceptionHandlers: [[404, answer('outside')]],
  })
  t.equal((await answered(outer, '/in/x')).text, 'inside')
  t.equal((await answered(outer, '/x')).text, 'outside')
})
