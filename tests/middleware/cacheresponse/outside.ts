// Middleware outside of the cache sees the request as the client sent it.
import t from 'tap'
import { accessLog } from '../../../lib/middleware/accesslog.ts'
import { cacheResponse } from '../../../lib/middleware/cacheresponse.ts'
import { compress } from '../../../lib/middleware/compress.ts'
import { etag } from '../../../lib/middleware/etag.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
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
