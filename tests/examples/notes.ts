// The smallest API of the examples, as `npm run notes` starts it.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { startExample } from '../support/program.ts'

t.test('a whole API takes less than 80 lines', async (t) => {
  t.ok(readFileSync('examples/notes.ts', 'utf8').split('\n').length < 80)
})

t.test('notes are created, listed in pages, changed and removed by authorized users', async (t) => {
  const { url } = await startExample(t, 'notes')
  const ask = (method: string, path: string, body?: unknown, user = 'ada') =>
    fetch(url + path, {
      method,
      headers: { authorization: `Bearer token-of-${user}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  const made = await ask('POST', '/notes', { title: 'first' })
  t.equal(made.status, 201)
  t.same(await made.json(), { id: 1, title: 'first', text: '', author: 'ada' })
  for (const title of ['second', 'third']) await ask('POST', '/notes', { title })

  const page = await ask('GET', '/notes?limit=2', undefined, 'bob')
  t.match(await page.json(), { total: 3, items: [{ id: 1 }, { id: 2 }] })
  t.match(page.headers.get('link'), '<?limit=2&offset=2>; rel="next"')
  const changed = await ask('PUT', '/notes/2', { title: 'changed', text: 'more' })
  t.same(await changed.json(), { id: 2, title: 'changed', text: 'more', author: 'ada' })
  t.equal((await ask('DELETE', '/notes/2')).status, 204)

  const refusals: [number, Response][] = [
    [401, await fetch(`${url}/notes`)],
    [401, await ask('GET', '/notes', undefined, 'eve')],
    [403, await ask('POST', '/notes', { title: 'x' }, 'bob')],
    [404, await ask('GET', '/notes/2')],
    [404, await ask('GET', '/nothing')],
    [422, await ask('POST', '/notes', { title: '' })],
    [422, await ask('GET', '/notes?limit=many')],
  ]
  for (const [status, response] of refusals) {
    t.equal(response.status, status)
    t.equal(response.headers.get('content-type'), 'application/problem+json')
    t.match(await response.json(), { status })
  }
})
