import t from 'tap'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Route, Router } from '../../../lib/routing.ts'
import { Fallthrough, type Next } from '../../../lib/servers/hosted/fallthrough.ts'
import { StaticFiles } from '../../../lib/staticfiles.ts'
import type { App } from '../../../lib/types.ts'
import { call, httpScope } from '../../support/scopes.ts'

const silent = (): void => {}
const nothing = Router([Route('/there', () => new PlainTextResponse('there'))])

t.test('an app without next() is not changed', async (t) => {
  const fallthrough = new Fallthrough(undefined, silent)

  t.equal(fallthrough.through(nothing), nothing)
  t.notOk(fallthrough.takesOver(undefined))
})

t.test('an unmatched 404 is not sent, and the request is passed on', async (t) => {
  const calls: unknown[][] = []
  const fallthrough = new Fallthrough((...args) => calls.push(args), silent)

  t.same(await call(fallthrough.through(nothing)), [])
  t.ok(fallthrough.takesOver(new Error('incomplete')))
  t.same(calls, [[]])
})

t.test('a missing static file is passed on, unless there is a 404 page', async (t) => {
  const directory = t.testdir({ 'a.txt': 'a', html: { '404.html': 'my own 404' } })
  const files = StaticFiles({ directory })
  const pages = StaticFiles({ directory: `${directory}/html`, html: true })
  const ask = (app: App, path: string) =>
    call(new Fallthrough(silent, silent).through(app), httpScope({ path }))

  t.match((await ask(files, '/a.txt'))[0], { status: 200 })
  t.same(await ask(files, '/b.txt'), [])
  t.match((await ask(pages, '/b.txt'))[0], { status: 404 })
})

t.test('a matched request is answered, including its own 404', async (t) => {
  const fallthrough = new Fallthrough(silent, silent)
  const app = Router([Route('/', () => new PlainTextResponse('gone', { status: 404 }))])

  const [start] = await call(fallthrough.through(app))

  t.match(start, { type: 'http.response.start', status: 404 })
})

t.test('another response in place of the 404 is sent', async (t) => {
  const fallthrough = new Fallthrough(silent, silent)
  const app: App = async (scope, receive) => {
    await nothing({ ...scope }, receive, async () => {})
  }
  const [start] = await call(
    fallthrough.through(async (scope, receive, send) => {
      await app(scope, receive, send)
      await new PlainTextResponse('instead').respond(scope, receive, send)
    }),
  )

  t.match(start, { type: 'http.response.start', status: 200 })
})

t.test('an error is passed on as an error', async (t) => {
  const calls: unknown[][] = []
  const fallthrough = new Fallthrough((...args) => calls.push(args), silent)
  const error = new Error('broken')

  await t.rejects(call(fallthrough.through(() => Promise.reject(error))), error)
  t.ok(fallthrough.takesOver(error))
  t.same(calls, [[error]])
})

t.test('a next() that throws has not taken over', async (t) => {
  const told: unknown[] = []
  const failure = new Error('host')
  const next: Next = () => {
    throw failure
  }
  const fallthrough = new Fallthrough(next, (error, scope) => told.push(error, scope))
  const scope = httpScope()
  await call(fallthrough.through(nothing), scope)

  t.notOk(fallthrough.takesOver(undefined))
  t.strictSame(told, [failure, scope])
})
