// The shop before, halfway and after its move from Express answers alike, over real sockets.
import t, { type Test } from 'tap'
import { start as after } from '../../examples/express/after/app.ts'
import { start as before, type Started } from '../../examples/express/before/app.ts'
import { start as halfway } from '../../examples/express/halfway/app.ts'

type Ask = (method: string, path: string, options?: Asked) => Promise<Response>

interface Asked {
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

/** A visitor who keeps cookies. */
function visitor(url = ''): Ask {
  const cookies = new Map<string, string>()
  return async (method, path, { json, form, headers = {} } = {}) => {
    const fields = new Headers(headers)
    if (cookies.size > 0)
      fields.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '))
    if (json !== undefined) fields.set('content-type', 'application/json')
    const body = json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json)
    const init = { method, headers: fields, redirect: 'manual', ...(body && { body }) } as const
    const response = await fetch(url + path, init)
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return response
  }
}

const STAFF = { 'x-api-key': 'staff' }

async function findsProducts(t: Test, ask: Ask): Promise<void> {
  const names = async (path: string) =>
    ((await (await ask('GET', path)).json()) as { name: string }[]).map(({ name }) => name)
  t.same(await names('/products'), ['Green tea', 'Black tea'])
  t.same(await names('/products?q=GREEN'), ['Green tea'])
  t.same(await (await ask('GET', '/products/2')).json(), { id: 2, name: 'Black tea', price: 380 })
  const missing = await ask('GET', '/products/9')
  t.equal(missing.status, 404)
  t.same(await missing.json(), { error: 'There is no such product.' })
}

async function addsProducts(t: Test, ask: Ask): Promise<void> {
  const product = { name: 'Mate', price: 500 }
  const refused = await ask('POST', '/products', { json: product })
  t.equal(refused.status, 401)
  t.same(await refused.json(), { error: 'Unauthorized' })
  const added = await ask('POST', '/products', { json: product, headers: STAFF })
  t.equal(added.status, 201)
  t.equal(added.headers.get('location'), '/products/3')
  for (const wrong of [{}, { name: '' }, { name: 'x', price: -1 }, { name: 'x', price: '1' }]) {
    const response = await ask('POST', '/products', { json: wrong, headers: STAFF })
    t.equal(response.status, 422)
    t.same(await response.json(), { error: 'A product has a name and a price.' })
  }
}

async function keepsCarts(t: Test, ask: Ask, other: Ask): Promise<void> {
  t.same(await (await ask('GET', '/cart')).json(), { items: [], total: 0 })
  t.equal((await ask('POST', '/cart', { json: { id: 1 } })).status, 201)
  t.equal((await ask('POST', '/cart', { json: { id: 2 } })).status, 201)
  t.match(await (await ask('GET', '/cart')).json(), { items: [{ id: 1 }, { id: 2 }], total: 830 })
  t.same(await (await other('GET', '/cart')).json(), { items: [], total: 0 }, 'each has its own')

  const gone = await ask('POST', '/cart', { json: { id: 7 } })
  t.equal(gone.status, 409)
  t.same(await gone.json(), { error: 'Product 7 is out of stock.' })
  t.equal((await ask('DELETE', '/cart')).status, 204)
  t.same(await (await ask('GET', '/cart')).json(), { items: [], total: 0 })
}

async function takesForms(t: Test, ask: Ask): Promise<void> {
  t.equal((await ask('POST', '/contact', { form: { text: '' } })).status, 422)
  const sent = await ask('POST', '/contact', { form: { text: 'hello' } })
  t.equal(sent.status, 303)
  t.equal(sent.headers.get('location'), '/contact/thanks')
  const page = await ask('GET', '/contact/thanks')
  t.match(page.headers.get('content-type'), 'text/html; charset=utf-8')
  t.match(await page.text(), 'Thank you.')
}

async function answersTheRest(t: Test, ask: Ask): Promise<void> {
  const style = await ask('GET', '/public/style.css')
  t.match(style.headers.get('content-type'), 'text/css')
  t.equal(style.headers.get('x-content-type-options'), 'nosniff')
  await style.arrayBuffer()
  for (const [path, status, error] of [
    ['/nothing', 404, 'Not Found'],
    ['/bug', 500, 'Internal Server Error'],
  ] as const) {
    const response = await ask('GET', path)
    t.equal(response.status, status)
    t.same(await response.json(), { error })
  }
}

const states: Readonly<Record<string, (port: number) => Promise<Started>>> = {
  before,
  halfway,
  after,
}

for (const [name, start] of Object.entries(states)) {
  t.test(`the shop ${name} its move`, async (t) => {
    t.intercept(console, 'error', { value: () => {} }) // each logs the bug
    const { url, close } = await start(0)
    t.teardown(close)
    const ask = visitor(url)
    await findsProducts(t, ask)
    await addsProducts(t, ask)
    await keepsCarts(t, ask, visitor(url))
    await takesForms(t, ask)
    await answersTheRest(t, ask)
  })
}
