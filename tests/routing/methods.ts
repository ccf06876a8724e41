import t from 'tap'
import { PlainTextResponse } from '../../lib/responses.ts'
import {
  assertServed,
  type MethodTable,
  methodSet,
  tableApp,
  tableMethods,
} from '../../lib/routing/route.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'

const WHERE = 'Route "/x"'
const ok = (): PlainTextResponse => new PlainTextResponse('ok')

// RT-23
t.test('writes methods in upper case, and adds HEAD to GET', async (t) => {
  t.same([...(methodSet(['get'], WHERE) ?? [])], ['GET', 'HEAD'])
  t.same([...(methodSet(['POST', 'Get', 'PUT'], WHERE) ?? [])], ['POST', 'GET', 'HEAD', 'PUT'])
  t.same([...(methodSet(['POST'], WHERE) ?? [])], ['POST'])
  t.same([...(methodSet(['m-search'], WHERE) ?? [])], ['M-SEARCH'])
})

// RT-24
t.test('an empty list allows all methods', async (t) => {
  t.equal(methodSet([], WHERE), undefined)
})

t.test('refuses values that are not lists of words', async (t) => {
  t.throws(() => methodSet('GET' as unknown as string[], WHERE), {
    message: /^Route "\/x": methods must be a list, "GET" was given\. Write methods: \['GET', /,
  })
  for (const method of ['', 'GET POST', 'GET,PUT', '1', 7 as unknown as string]) {
    t.throws(() => methodSet([method], WHERE), {
      name: 'TypeError',
      message: `Route "/x": a method is a word, ${JSON.stringify(method)} was given. Write methods: ['GET', 'POST'].`,
    })
  }
})

// EP-2: a fixed order.
t.test('lists the methods of a table in the order of Allow', async (t) => {
  t.same(tableMethods({ options: ok, delete: ok, get: ok }, WHERE), ['get', 'delete', 'options'])
})

// EP-3: seven verbs and no more.
t.test('refuses keys that are not methods and values that are not functions', async (t) => {
  const wrong: readonly (readonly [table: object, telling: string])[] = [
    [{ trace: ok }, '"trace": function'],
    [{ GET: ok }, '"GET": function'],
    [{ get: 'hello' }, '"get": string'],
    [{ get: ok, post: undefined }, '"post": undefined'],
    [[ok], '"0": function'],
  ]
  for (const [table, telling] of wrong) {
    t.throws(() => tableMethods(table as MethodTable<never, never>, WHERE), {
      name: 'TypeError',
      message: `Route "/x": a method table has a function for each of get, head, post, put, patch, delete, options, ${telling} was given. Use the option methods for others.`,
    })
  }
})

t.test('refuses an empty table', async (t) => {
  t.throws(() => tableMethods({}, WHERE), {
    message: 'Route "/x": the method table is empty. Write { get: handler }.',
  })
})

t.test('a table may be limited to its own methods', async (t) => {
  assertServed(new Set(['GET', 'HEAD']), ['get', 'post'], WHERE)
  t.throws(() => assertServed(new Set(['GET', 'PUT']), ['get'], WHERE), {
    message: /^Route "\/x": the method table has no function for PUT, which the option methods/,
  })
  t.throws(() => assertServed(undefined, ['get'], WHERE), {
    message: /no function for every method/,
  })
})

// EP-1
t.test('calls the handler of the method; get serves HEAD unless head does', async (t) => {
  const saying = (text: string) => () => new PlainTextResponse(text)
  const app = tableApp({ get: saying('get'), put: async () => saying('put')() }, WHERE)
  const own = tableApp({ get: saying('get'), head: saying('head') }, WHERE)
  const by = async (served: typeof app, method: string) =>
    responseOf(await call(served, httpScope({ method }))).headers.get('content-length')

  t.equal(responseOf(await call(app, httpScope({ method: 'GET' }))).text, 'get')
  t.equal(responseOf(await call(app, httpScope({ method: 'PUT' }))).text, 'put')
  t.equal(await by(app, 'HEAD'), '3')
  t.equal(await by(own, 'HEAD'), '4')
})

t.test('rejects a call for a method that it does not have', async (t) => {
  const app = tableApp({ get: ok }, WHERE)

  await t.rejects(call(app, httpScope({ method: 'PUT' })), {
    message: 'Route "/x": called without its router. Call the route itself.',
  })
  await t.rejects(call(app, websocketScope()), { name: 'TypeError' })
})
