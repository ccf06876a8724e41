// Mistakes that people make first are told where they are written.
import t from 'tap'
import { Application, Mount, PlainTextResponse, Route, Router } from '../../lib/index.ts'
import { cors } from '../../lib/middleware/cors.ts'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import { serve } from '../../lib/servers/node.ts'
import { testClient } from '../../lib/testing/client.ts'

const handler = () => new PlainTextResponse('')

t.test('a mistake has a message of the house, with what to write', async (t) => {
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
    ['a list of lists', () => Router([[Route('/', handler)]] as never), /spread lists with/],
    [
      'a misspelled option',
      () => Application({ route: [] } as never),
      /unknown option "route"\. Did you mean "routes"\?/,
    ],
  ]
  for (const [what, misuse, message] of mistakes) t.throws(misuse, message, what)
})

t.test('what starts something rejects', async (t) => {
  await t.rejects(
    testClient(undefined as never),
    /testClient: it takes an app \(scope, receive, send\) => …, undefined was given/,
  )
  await t.rejects(
    serve(handler as never, { port: '80a' as never }),
    /serve: port must be an integer from 0 to 65535, "80a" was given\. Write port: 8000\./,
  )
})
