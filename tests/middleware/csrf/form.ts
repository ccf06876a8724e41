// Tokens in fields of forms, as plain HTML sends them.
import t, { type Test } from 'tap'
import { fromNode } from '../../../lib/interop/fromnode.ts'
import { bodyLimit } from '../../../lib/middleware/bodylimit.ts'
import { type CSRFOptions, csrf, csrfToken } from '../../../lib/middleware/csrf.ts'
import { sessions } from '../../../lib/middleware/sessions.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount, Route, Router } from '../../../lib/routing.ts'
import { memoryStore } from '../../../lib/stores.ts'
import { type TestClient, testClient } from '../../../lib/testing/client.ts'
import { httpScope } from '../../support/scopes.ts'

const OWN = { 'sec-fetch-site': 'same-origin' }

const form = Route('/form', {
  post: async (request) => {
    const entries: string[] = []
    for (const [name, value] of await request.form()) {
      if (name === '_csrf' || name === 'token') continue
      entries.push(
        `${name}=${typeof value === 'string' ? value : (await value.bytes()).byteLength}`,
      )
    }
    return new PlainTextResponse(entries.join('&'))
  },
})

const mounted = Mount(
  '/mounted',
  fromNode((incoming, outgoing) => {
    let size = 0
    incoming.on('data', (part: Uint8Array) => {
      size += part.byteLength
    })
    incoming.on('end', () => outgoing.end(String(size)))
  }),
)

const app = Router([
  form,
  mounted,
  Route('/ignoring', { post: () => new PlainTextResponse('ignored') }),
  Route('/token', async ({ session }) => new PlainTextResponse(await csrfToken(session))),
])

async function visitor(t: Test, options: CSRFOptions = {}, maxSize = 10_000_000) {
  const inner = csrf({ requireToken: true, ...options })(app)
  const client = await testClient(bodyLimit({ maxSize })(sessions({ store: memoryStore() })(inner)))
  t.teardown(client.close)
  return { client, token: await (await client.get('/token')).text() }
}

function multipart(...entries: readonly (readonly [string, string | Blob])[]): FormData {
  const data = new FormData()
  for (const [name, value] of entries) {
    if (typeof value === 'string') data.append(name, value)
    else data.append(name, value, 'file.bin')
  }
  return data
}

async function post(client: TestClient, body: BodyInit, path = '/form', headers = {}) {
  const response = await client.post(path, { body, headers: { ...OWN, ...headers } })
  return [response.status, await response.text()] as const
}

t.test('a token in a form is accepted, and the handler can still read the form', async (t) => {
  const { client, token } = await visitor(t)
  const large = new Blob([new Uint8Array(3_000_000)])

  for (const body of [
    new URLSearchParams({ a: '1', _csrf: token, b: 'ö' }),
    multipart(['a', '1'], ['_csrf', token], ['b', 'ö']),
  ]) {
    t.same(await post(client, body), [200, 'a=1&b=ö'])
  }
  t.same(await post(client, multipart(['_csrf', token], ['f', large])), [200, 'f=3000000'])
  t.same(await post(client, multipart(['f', large], ['_csrf', token])), [200, 'f=3000000'])
  const text = `_csrf=${token}&a=${'x'.repeat(500_000)}`
  t.same(await post(client, new URLSearchParams(text), '/mounted'), [200, String(text.length)])
  t.same(await post(client, new URLSearchParams(text), '/ignoring'), [200, 'ignored'])
})

t.test('a form may carry it unless the sender is another site', async (t) => {
  const { client, token } = await visitor(t, { requireToken: false })
  const body = new URLSearchParams({ a: '1', _csrf: token })

  t.equal((await client.post('/form', { body })).status, 200, 'nothing tells of a browser')
  const foreign = { 'sec-fetch-site': 'cross-site' }
  t.equal((await client.post('/form', { body, headers: foreign })).status, 403)
})

t.test('forms without the token are refused', async (t) => {
  const { client, token } = await visitor(t)
  const other = await visitor(t)
  const bodies: BodyInit[] = [
    '',
    new URLSearchParams({ a: token }),
    new URLSearchParams({ x_csrf: token }),
    new URLSearchParams({ _csrf: '' }),
    new URLSearchParams({ _csrf: `${token}x` }),
    new URLSearchParams({ _csrf: other.token }),
    new URLSearchParams(`_csrf=bad&_csrf=${token}`),
    multipart(['a', token]),
    multipart(['_csrf', new Blob([token])]),
    multipart(['_csrf', 'bad'], ['_csrf', token]),
  ]
  for (const body of bodies) t.equal((await post(client, body))[0], 403)
  const json = { 'content-type': 'application/json' }
  t.equal((await post(client, `_csrf=${token}`, '/form', json))[0], 403, 'it is not a form')
  const field = { 'x-csrf-token': 'bad' }
  const body = new URLSearchParams({ _csrf: token })
  t.equal((await post(client, body, '/form', field))[0], 403, 'a header counts where there is one')
})

t.test('without a session, the form is not read', async (t) => {
  const guarded = sessions({ store: memoryStore() })(csrf({ requireToken: true })(app))
  const headers = ['host', 'testserver', 'sec-fetch-site', 'same-origin']
  const type = ['content-type', 'application/x-www-form-urlencoded']
  let reads = 0
  let status = 0
  await guarded(
    httpScope({ method: 'POST', headers: [...headers, ...type] }),
    async () => {
      reads += 1
      return { type: 'http.request', body: Buffer.from('_csrf=a.b'), moreBody: false }
    },
    async (message) => {
      if (message.type === 'http.response.start') status = message.status
    },
  )

  t.same([status, reads], [403, 0])
})

t.test('the field may have any name, or be disabled', async (t) => {
  for (const name of ['token', 'csrf token', 'ö&=']) {
    const { client, token } = await visitor(t, { field: name })
    t.equal((await post(client, new URLSearchParams({ [name]: token })))[0], 200)
    t.equal((await post(client, multipart([name, token])))[0], 200)
    t.equal((await post(client, new URLSearchParams({ _csrf: token })))[0], 403)
  }
  const { client, token } = await visitor(t, { field: null })
  t.equal((await post(client, new URLSearchParams({ _csrf: token })))[0], 403)
  t.throws(() => csrf({ field: '' }), /csrf: field must be the name of a form field/)
})

t.test('a too large or malformed form gets the usual answer', async (t) => {
  const { client, token } = await visitor(t, {}, 1000)
  const filler = 'x'.repeat(1000)
  const chunked = (text: string) =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(text))
        controller.close()
      },
    })
  const type = { 'content-type': 'application/x-www-form-urlencoded' }

  t.equal((await post(client, new URLSearchParams({ filler, _csrf: token })))[0], 413)
  t.equal((await post(client, chunked(`filler=${filler}&_csrf=${token}`), '/form', type))[0], 413)
  const broken = { 'content-type': 'multipart/form-data; boundary=b' }
  t.equal((await post(client, 'broken', '/form', broken))[0], 400)
  const gzip = { ...broken, 'content-encoding': 'gzip' }
  t.equal((await post(client, 'broken', '/form', gzip))[0], 415)
})
