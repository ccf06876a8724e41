import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { JSONResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import { memoryFiles, sourceResponse } from '../../../lib/staticfiles/sources.ts'
import { testClient } from '../../../lib/testing/client.ts'
import { call, websocketScope } from '../../support/scopes.ts'

t.test('a handler answers with a file of a source', async (t) => {
  const source = memoryFiles({ 'a/b.pdf': '0123456789' })
  const app = Application({
    routes: [
      Route('/{key:path}', ({ pathParams: { key } }) =>
        sourceResponse(source, key, {
          filename: 'é.pdf',
          headers: { 'cache-control': 'private', 'content-type': 'application/x-own' },
        }),
      ),
    ],
    exceptionHandlers: [[404, () => new JSONResponse('custom', { status: 404 })]],
  })
  await using client = await testClient(app)

  const whole = await client.get('/a/b.pdf')
  t.equal(await whole.text(), '0123456789')
  t.same(Object.fromEntries(whole.headers), {
    ...{ 'accept-ranges': 'bytes', 'cache-control': 'private', 'content-length': '10' },
    ...{ 'content-type': 'application/x-own', etag: whole.headers.get('etag') },
    'content-disposition': `attachment; filename="_.pdf"; filename*=utf-8''%C3%A9.pdf`,
  })
  const part = await client.get('/a/b.pdf', { headers: { range: 'bytes=-2' } })
  t.same([part.status, await part.text()], [206, '89'])
  const etag = whole.headers.get('etag') ?? ''
  t.equal((await client.get('/a/b.pdf', { headers: { 'if-none-match': etag } })).status, 304)
  for (const path of ['/a', '/nope', '/a//b.pdf', '/a/%2e%2e%2fa/b.pdf', '/']) {
    t.equal(await (await client.get(path)).json(), 'custom', path)
  }
  const inline = sourceResponse(source, 'a/b.pdf', { contentDisposition: 'inline' })
  await using shown = await testClient(inline)
  t.equal((await shown.get('/')).headers.get('content-disposition'), 'inline')
  await t.rejects(call(inline, websocketScope()), { name: 'UnsupportedProtocol' })
  t.throws(() => sourceResponse({} as never, 'a'), /^sourceResponse: the source must have a method/)
  t.throws(() => sourceResponse(source, 'a', { name: 'b' } as never), /unknown option "name"/)
})
