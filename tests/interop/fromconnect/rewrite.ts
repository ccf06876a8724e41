import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { fromConnect } from '../../../lib/interop/fromconnect.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount, Route } from '../../../lib/routing.ts'
import { testClient } from '../../../lib/testing/client.ts'
import type { App } from '../../../lib/types.ts'
import { call } from '../../support/scopes.ts'

t.test('a changed method and URL are passed to the app', async (t) => {
  const seen: object[] = []
  const inside: App = async (scope, receive, send) => {
    if (scope.type !== 'http') return
    const { method, path, rawPath, queryString, rootPath } = scope
    seen.push({ method, path, rawPath, queryString, rootPath })
    await new PlainTextResponse('x').respond(scope, receive, send)
  }
  const rewrite = fromConnect((request, _, next) => {
    request.method = 'DELETE'
    request.url = '/new%20one?c=d'
    next()
  })
  await using client = await testClient(
    Application({ routes: [Mount('/a b', inside, { middleware: [rewrite] })] }),
  )

  await client.get('/a%20b/old?x')

  t.strictSame(seen, [
    {
      method: 'DELETE',
      path: '/a b/new one',
      rawPath: '/a%20b/new%20one',
      queryString: 'c=d',
      rootPath: '/a b',
    },
  ])
})

t.test('throws for an invalid URL', async (t) => {
  for (const url of ['no-slash', '/%zz', '']) {
    const broken = fromConnect((request, _, next) => {
      request.url = url
      next()
    })
    await t.rejects(
      call(broken(async () => {})),
      /^fromConnect: request\.url must be a path that begins with "\/", a middleware has set/,
    )
  }
})

t.test('a changed method alone keeps the path', async (t) => {
  const override = fromConnect((request, _, next) => {
    request.method = 'PUT'
    next()
  })
  const app = Application({
    routes: [Route('/x', { put: () => new PlainTextResponse('put') })],
    middleware: [override],
  })
  await using client = await testClient(app)

  t.equal(await (await client.post('/x')).text(), 'put')
})
