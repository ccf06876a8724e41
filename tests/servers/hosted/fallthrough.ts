import t from 'tap'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Route, Router } from '../../../lib/routing.ts'
import { type Next, Passage } from '../../../lib/servers/hosted/fallthrough.ts'
import { StaticFiles } from '../../../lib/staticfiles.ts'
import type { App } from '../../../lib/types.ts'
import { call, httpScope } from '../../support/scopes.ts'

const silent = (): void => {}
const nothing = Router([Route('/there', () => new PlainTextResponse('there'))])

t.test('an app without a host behind it is left alone', async (t) => {
  const passage = new Passage(undefined, silent)

  t.equal(passage.through(nothing), nothing)
  t.notOk(passage.takesOver(undefined))
})

t.test('what no route matches is not sent, and goes on', async (t) => {
  const calls: unknown[][] = []
  const passage = new Passage((...args) => calls.push(args), silent)

  t.same(await call(passage.through(nothing)), [])
  t.ok(passage.takesOver(new Error('incomplete')))
  t.same(calls, [[]])
})

t.test('so is a file that is not there, but no page of its own that says so', async (t) => {
  const directory = t.testdir({ 'a.txt': 'a', html: { '404.html': 'my own 404' } })
  const files = StaticFiles({ directory })
  const pages = StaticFiles({ directory: `${directory}/html`, html: true })
  const ask = (app: App, path: string) =>
    call(new Passage(silent, silent).through(app), httpScope({ path }))

  t.match((await ask(files, '/a.txt'))[0], { status: 200 })
  t.same(await ask(files, '/b.txt'), [])
  t.match((await ask(pages, '/b.txt'))[0], { status: 404 })
})

t.test('what matches is sent, a 404 of its own too', async (t) => {
  const passage = new Passage(silent, silent)
  const app = Router([Route('/', () => new PlainTextResponse('gone', { status: 404 }))])

  const [start] = await call(passage.through(app))

  t.match(start, { type: 'http.response.start', status: 404 })
})

t.test('so is what somebody answers in place of the 404', async (t) => {
  const passage = new Passage(silent, silent)
  const app: App = async (scope, receive) => {
    await nothing({ ...scope }, receive, async () => {})
  }
  const [start] = await call(
    passage.through(async (scope, receive, send) => {
      await app(scope, receive, send)
      await new PlainTextResponse('instead').respond(scope, receive, send)
    }),
  )

  t.match(start, { type: 'http.response.start', status: 200 })
})

t.test('an error goes on as one', async (t) => {
  const calls: unknown[][] = []
  const passage = new Passage((...args) => calls.push(args), silent)
  const error = new Error('broken')

  await t.rejects(call(passage.through(() => Promise.reject(error))), error)
  t.ok(passage.takesOver(error))
  t.same(calls, [[error]])
})

t.test('a next that throws has not taken over', async (t) => {
  const told: unknown[] = []
  const failure = new Error('host')
  const next: Next = () => {
    throw failure
  }
  const passage = new Passage(next, (error, scope) => told.push(error, scope))
  const scope = httpScope()
  await call(passage.through(nothing), scope)

  t.notOk(passage.takesOver(undefined))
  t.strictSame(told, [failure, scope])
})
