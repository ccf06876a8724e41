import t from 'tap'
import { chain } from '../../lib/internal/apps.ts'
import { serverTiming, timingsOf } from '../../lib/middleware/servertiming.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App, HTTPScope } from '../../lib/types.ts'
import { answerToBug } from '../support/failing.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { assertUntouched } from '../support/untouched.ts'

async function run(work: (scope: HTTPScope) => unknown = () => {}, options = {}) {
  const app: App = async (scope, receive, send) => {
    if (scope.type === 'http') await work(scope)
    await new PlainTextResponse('hello').respond(scope, receive, send)
  }
  const sent = await call(chain(lint(), serverTiming(options), lint())(app))
  return responseOf(sent).headers.get('server-timing')
}

t.test('contains the time until the response started', async (t) => {
  t.match(await run(), /^total;dur=\d+\.\d$/)
  t.match(await run(() => {}, { total: 'app' }), /^app;dur=\d+\.\d$/)
  t.equal(await run(() => {}, { total: false }), null)
})

t.test('contains the measurements of the app', async (t) => {
  const field = await run(
    async (scope) => {
      timingsOf({ scope }).add('db', 12.34, 'two "queries"\r\n\\ é')
      t.equal(await timingsOf({ scope }).measure('work', () => 7), 7)
      await t.rejects(
        timingsOf({ scope }).measure('bad', async () => {
          throw new Error('kaput')
        }),
        /kaput/,
      )
    },
    { total: false },
  )

  t.match(field, /^db;dur=12\.3;desc="two queries ", work;dur=\d+\.\d, bad;dur=\d+\.\d$/)
})

t.test('contains at most fifty entries', async (t) => {
  const field = await run((scope) => {
    for (let count = 0; count < 100; count++) timingsOf({ scope }).add('a', 1)
  })

  t.equal(field?.split(',').length, 50)
})

t.test('sends the times only if show returns true', async (t) => {
  const seen: unknown[] = []
  const show = (scope: HTTPScope): boolean => {
    seen.push(scope.path)
    return false
  }

  t.equal(await run((scope) => timingsOf({ scope }).add('a', 1), { show }), null)
  t.same(seen, ['/'])
})

t.test('is sent with the answer to a bug', async (t) => {
  const { status, headers } = await answerToBug(serverTiming())

  t.equal(status, 500)
  t.match(headers.get('server-timing'), /^total;dur=\d+\.\d$/)
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, serverTiming(), websocketScope()))

t.test('invalid arguments throw', async (t) => {
  const timings = timingsOf({ scope: httpScope() })

  t.throws(
    () => serverTiming({ total: 'a b' }),
    /^serverTiming: a name is made of .*"a b" was given/,
  )
  const show = true as unknown as () => boolean
  t.throws(() => serverTiming({ show }), /^serverTiming: show must be a function, true was given/)
  t.throws(() => timings.add('a;b', 1), /^serverTiming: a name is made of .*"a;b" was given/)
  t.throws(() => timings.add('a', -1), /^serverTiming: a time is a number of milliseconds, -1 was/)
})
