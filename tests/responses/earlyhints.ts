// LS-REQ-9: early hints in place of server push.
import { once } from 'node:events'
import { request as requestOf } from 'node:http'
import t from 'tap'
import { earlyHints, PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { listening } from '../support/sockets.ts'

const links = ['</app.css>; rel=preload; as=style', '</app.js>; rel=preload; as=script']

t.test('a client gets the links before the first byte of the body', async (t) => {
  let begin = (): void => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  async function* page(): AsyncGenerator<string> {
    await begun
    yield 'page'
  }
  const app = Route('/', () => earlyHints(links, new StreamingResponse(page())))
  const { port, errors } = await listening(t, app)
  const request = requestOf({ host: '127.0.0.1', port })
  request.end()
  const [hint] = await once(request, 'information')
  t.equal(hint.statusCode, 103)
  t.equal(hint.headers.link, links.join(', '))
  begin()
  const [response] = await once(request, 'response')
  t.equal(response.headers.link, links.join(', '))
  response.setEncoding('utf8')
  t.same(await response.toArray(), ['page'])
  t.same(errors, [])
})

t.test('a response keeps its own links, and is not changed', async (t) => {
  const shared = new PlainTextResponse('page', { headers: { link: '</a>; rel=next' } })
  await using client = await testClient(Route('/', () => earlyHints(links, shared)))
  for (let count = 0; count < 2; count++) {
    t.equal((await client.get('/')).headers.get('link'), ['</a>; rel=next', ...links].join(', '))
  }
})

t.test('without links no early hint is sent', async (t) => {
  await using client = await testClient(
    Route('/', () => earlyHints([], new PlainTextResponse('page'))),
  )
  t.equal((await client.get('/')).headers.get('link'), null)
})

t.test('invalid arguments throw', async (t) => {
  t.throws(
    () => earlyHints('</a>' as never, new PlainTextResponse('')),
    /the links must be a list of/,
  )
  t.throws(
    () => earlyHints(links, 'page' as never),
    /earlyHints: the response must return a Response/,
  )
  await using client = await testClient(
    Route('/', () => earlyHints(['a\nb'], new PlainTextResponse(''))),
  )
  await t.rejects(client.get('/'))
})
