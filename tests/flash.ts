// LS-FLASH-1: messages that outlive a redirect.
import { Eta } from 'eta'
import t from 'tap'
import { flash, flashContext, flashes } from '../lib/flash.ts'
import { Application, JSONResponse, RedirectResponse, Route } from '../lib/index.ts'
import { sessions } from '../lib/middleware/sessions.ts'
import { memoryStore } from '../lib/stores.ts'
import { templates } from '../lib/templating.ts'
import { testClient } from '../lib/testing/client.ts'

const eta = new Eta()
eta.loadTemplate(
  '@page',
  '<% for (const f of it.flashes(it.only)) { %><p class="<%= f.category %>"><%= f.message %></p><% } %>',
)
const page = templates(eta, { contextProcessors: [flashContext] })

const routes = [
  Route('/save', {
    post: (request) => {
      flash(request, 'Saved <tea>.', { category: 'success' })
      flash(request, 'Two are left.')
      return new RedirectResponse('/moved', { status: 303 })
    },
  }),
  Route('/moved', () => new RedirectResponse('/', { status: 307 })),
  Route('/', (request) => page(request, '@page')),
  Route('/only/{only}', (request) => page(request, '@page', { only: request.pathParams.only })),
  Route('/plain', (request) => new JSONResponse(flashes(request))),
  Route('/many', {
    post: (request) => {
      for (let index = 0; index < 60; index++) flash(request, String(index))
      return new JSONResponse(request.session.data)
    },
  }),
  Route('/odd', {
    post: (request) => {
      request.session.data['_flashes'] = [1, { message: 'a' }, { message: 'b', category: 'c' }]
      return new JSONResponse(flashes(request))
    },
  }),
]

for (const [kind, options] of Object.entries({
  cookie: { secret: 'x'.repeat(32) },
  store: { store: memoryStore() },
})) {
  t.test(`LS-FLASH-1: messages are kept across redirects and shown once (${kind})`, async (t) => {
    const app = Application({ routes, middleware: [sessions(options)] })
    await using client = await testClient(app)
    const shown = await client.post('/save')
    t.equal(
      await shown.text(),
      '<p class="success">Saved &lt;tea&gt;.</p><p class="info">Two are left.</p>',
    )
    t.equal(await (await client.get('/')).text(), '')
  })
}

const app = Application({ routes, middleware: [sessions({ store: memoryStore() })] })

t.test('LS-FLASH-1: reading removes messages of one category only', async (t) => {
  await using client = await testClient(app, { followRedirects: false })
  await client.post('/save')
  t.equal(await (await client.get('/only/error')).text(), '')
  t.equal(await (await client.get('/only/info')).text(), '<p class="info">Two are left.</p>')
  t.same(await (await client.get('/plain')).json(), [
    { message: 'Saved <tea>.', category: 'success' },
  ])
  t.same(await (await client.get('/plain')).json(), [])
})

t.test('a session without messages is not written', async (t) => {
  await using client = await testClient(app)
  t.notOk((await client.get('/plain')).headers.has('set-cookie'))
})

t.test('the last 50 messages are kept, and other data is ignored', async (t) => {
  await using client = await testClient(app)
  await client.post('/many')
  const kept = (await (await client.get('/plain')).json()) as { message: string }[]
  t.equal(kept.length, 50)
  t.equal(kept[0]?.message, '10')
  t.same(await (await client.post('/odd')).json(), [{ message: 'b', category: 'c' }])
})

t.test('misuse is an error', async (t) => {
  const tried = (given: unknown[]): Promise<unknown> => {
    const handler = Route('/', (request) => {
      flash(request, ...(given as [string]))
      return new JSONResponse(null)
    })
    const wrapped = sessions({ store: memoryStore() })(handler)
    return testClient(wrapped).then((client) => client.get('/'))
  }
  await t.rejects(tried([1]), /flash: a message must be text, 1 was given/)
  await t.rejects(tried(['a', { category: 1 }]), /flash: a category must be text, 1 was given/)
  await t.rejects(tried(['a', { kind: 'b' }]), /flash: unknown option "kind"/)
  await using client = await testClient(Application({ routes }))
  await t.rejects(client.get('/plain'), /there is no sessions\(\) middleware/)
})
