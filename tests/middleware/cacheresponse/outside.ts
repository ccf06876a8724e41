// Middleware outside of the cache sees the request as the client sent it.
import t from 'tap'
import { accessLog } from '../../../lib/middleware/accesslog.ts'
import { cacheResponse } from '../../../lib/middleware/cacheresponse.ts'
import { compress } from '../../../lib/middleware/compress.ts'
import { csrfToken } from '../../../lib/middleware/csrf.ts'
import { etag } from '../../../lib/middleware/etag.ts'
import { sessions } from '../../../lib/middleware/sessions.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import { memoryStore } from '../../../lib/stores.ts'
import { counted } from '../../support/caching.ts'
import { call, httpScope } from '../../support/scopes.ts'
import { responseOf } from '../../support/sent.ts'

t.test('outer middleware gets the conditions of the client, on a hit or a miss', async (t) => {
  const { app } = counted({ etag: '"c"' })
  const lines: unknown[] = []
  const logger = { info: (entry: object) => void lines.push(entry), error: console.error }
  const logged = accessLog({ logger, headers: ['if-none-match'] })
  const compressed = logged(compress()(cacheResponse({ store: memoryStore() })(app)))
  const headers = ['host', 'a', 'accept-encoding', 'gzip', 'if-none-match', 'W/"c"']
  for (const kind of ['filled', 'hit']) {
    const scope = httpScope({ headers })
    const { status, headers: fields } = responseOf(await call(compressed, scope))
    t.same([status, fields.get('etag')], [304, 'W/"c"'], kind)
    t.equal(scope.headers, headers)
  }
  t.match(lines, [
    { status: 304, headers: { 'if-none-match': 'W/"c"' } },
    { status: 304, headers: { 'if-none-match': 'W/"c"' } },
  ])
})

t.test('etag() around it answers 304 with an empty cache too', async (t) => {
  const tagged = etag()(
    cacheResponse({ store: memoryStore() })((scope, receive, send) =>
      new PlainTextResponse('hello').respond(scope, receive, send),
    ),
  )
  const tag = responseOf(await call(tagged, httpScope())).headers.get('etag') ?? ''
  const scope = httpScope({ path: '/b', rawPath: '/b', headers: ['if-none-match', tag] })

  t.equal(responseOf(await call(tagged, scope)).status, 304)
})

t.test('responses that used the session of outer sessions() are kept only if public', async (t) => {
  const visitors = sessions({ secret: 'example of a secret with 32 bytes or more' })
  const twice = async (handler: Parameters<typeof Route>[1]) => {
    const cached = cacheResponse({ store: memoryStore() })
    const app = visitors(Route('/', handler, { middleware: [cached] }))
    const one = responseOf(await call(app, httpScope()))
    const other = responseOf(await call(app, httpScope()))
    return { isSame: one.text === other.text, cookie: other.headers.get('set-cookie') }
  }

  const form = await twice(
    async (request) => new PlainTextResponse(await csrfToken(request.session)),
  )
  t.equal(form.isSame, false, 'no visitor gets the token of another')
  t.match(form.cookie, /^session=./)
  let count = 0
  const plain = await twice(() => new PlainTextResponse(String(count++)))
  t.same(plain, { isSame: true, cookie: null })
  const headers = { 'cache-control': 'public, max-age=9' }
  const open = await twice(
    ({ session }) => new PlainTextResponse(`${session.isNew} ${count++}`, { headers }),
  )
  t.equal(open.isSame, true)
})
