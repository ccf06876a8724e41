// Mistakes that people make first are told where they are written.
import t from 'tap'
import {
  Application,
  Mount,
  PlainTextResponse,
  Route,
  Router,
  WebSocketRoute,
} from '../../lib/index.ts'
import { cors } from '../../lib/middleware/cors.ts'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import { serve } from '../../lib/servers/node.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App, Send } from '../../lib/types.ts'

const handler = () => new PlainTextResponse('')

t.test('a mistake throws an error that says what to write', async (t) => {
  const mistakes: [what: string, misuse: () => unknown, message: RegExp][] = [
    [
      'a factory that is not called',
      () => Mount('/x', handler as never, { middleware: [cors as never] }),
      /^cors: the options must be an object, a function was given\. Call it: cors\(\)\.$/,
    ],
    [
      'handlers as an object',
      () => Application({ exceptionHandlers: { 404: handler } as never }),
      /exceptionHandlers: it must be a list of pairs, an object was given\. Write \[\[404,/,
    ],
    [
      'no limits',
      () => rateLimit({} as never),
      /rateLimit: limits must be a list, undefined was given\. Write limits:/,
    ],
    [
      'a method with its letters mixed up',
      () => Route('/', handler, { methods: ['PSOT'] }),
      /Route "\/": unknown method "PSOT"\. Did you mean "POST"\?/,
    ],
    [
      'no app in a mount',
      () => Mount('/x', undefined as never),
      /Mount "\/x": it takes an app, undefined was given\. Pass an app or a Response\./,
    ],
    [
      'a list in a mount',
      () => Mount('/x', [Route('/', handler)] as never),
      /Mount "\/x": it takes an app, .* was given\. Write Router\(\[…\]\) around the list\./,
    ],
    [
      'a text as default',
      () => Router([], { default: 'x' as never }),
      /Router: default: it takes an app, "x" was given/,
    ],
    [
      'an app in place of a handler',
      () => Route('/x', Router([]) as never),
      /Route "\/x": a handler takes a request, the app of router was given\. Write Mount\("\/path", app\)\./,
    ],
    [
      'an app in a method table',
      () => Route('/x', { get: Application({}) as never }),
      /a handler takes a request, the app of application was given/,
    ],
    [
      'an app in place of a websocket handler',
      () => WebSocketRoute('/x', Router([]) as never),
      /WebSocketRoute "\/x": a handler takes a request, the app of router was given/,
    ],
    [
      'an app in place of a middleware',
      () => Mount('/x', handler as never, { middleware: [cors()(Application({})) as never] }),
      /a middleware must return an app, but one takes 3 parameters\. .* but no app\./,
    ],
    [
      'a middleware of Express',
      () =>
        Application({
          middleware: [
            ((_request: object, _response: object, next: () => void) => next()) as never,
          ],
        }),
      /a middleware must return an app, but one takes 3 parameters\. .*fromConnect\(\) around one of Express/,
    ],
    ['a list of lists', () => Router([[Route('/', handler)]] as never), /spread lists with/],
    [
      'a misspelled option',
      () => Application({ route: [] } as never),
      /unknown option "route"\. Did you mean "routes"\?/,
    ],
  ]
  for (const [what, misuse, message] of mistakes) t.throws(misuse, message, what)
})

t.test('a handler in place of a mounted app throws at the first request', async (t) => {
  const app = Application({ routes: [Mount('/x', handler as never)] })
  const client = await testClient(app)
  t.teardown(client.close)

  await t.rejects(client.get('/x'), {
    name: 'TypeError',
    message:
      /an app must return a promise, .*PlainTextResponse.* was given\. Put a handler into a Route/,
  })
})

t.test('an app that returns undefined has ended, inside a middleware too', async (t) => {
  const silent = ((_scope: unknown, _receive: unknown, send: Send) => {
    void send({ type: 'http.response.start', status: 200, headers: [] })
    void send({ type: 'http.response.body', body: new TextEncoder().encode('done') })
  }) as unknown as App
  const client = await testClient(Application({ routes: [Mount('/x', silent)] }))
  t.teardown(client.close)

  t.equal(await (await client.get('/x')).text(), 'done')
})

t.test('serve and testClient reject instead of throwing', async (t) => {
  await t.rejects(
    testClient(undefined as never),
    /testClient: it takes an app \(scope, receive, send\) => …, undefined was given/,
  )
  await t.rejects(
    serve(handler as never, { port: '80a' as never }),
    /serve: port must be an integer from 0 to 65535, "80a" was given\. Write port: 8000\./,
  )
})
