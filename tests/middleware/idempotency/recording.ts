import t from 'tap'
import { idempotency } from '../../../lib/middleware/idempotency.ts'
import { earlyHints, PlainTextResponse } from '../../../lib/responses.ts'
import { memoryStore } from '../../../lib/stores.ts'
import type { App } from '../../../lib/types.ts'
import { call, httpScope } from '../../support/scopes.ts'
import { responseOf } from '../../support/sent.ts'

t.test('a response with early hints is kept too', async (t) => {
  let runs = 0
  const page: App = (scope, receive, send) =>
    earlyHints(['</a.css>; rel=preload'], new PlainTextResponse(`run ${++runs}`))(
      scope,
      receive,
      send,
    )
  const app = idempotency({ store: memoryStore(), user: () => '' })(page)
  const scope = { method: 'POST', headers: ['idempotency-key', 'k'] }
  const extensions = { 'http.response.early_hint': {} }
  for (const replayed of [null, 'true']) {
    const { status, text, headers } = responseOf(
      await call(app, httpScope({ ...scope, extensions })),
    )
    t.same([status, text, headers.get('idempotency-replayed')], [200, 'run 1', replayed])
    t.equal(headers.get('link'), '</a.css>; rel=preload')
  }
})
