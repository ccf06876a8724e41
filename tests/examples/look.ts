// The pages of this package and of the examples have one look, which can be read in light and dark, and on a phone.
import { readFileSync } from 'node:fs'
import { Application, HTMLResponse, HTTPException, Mount, Route, Router } from 'stellula'
import { openapi } from 'stellula/openapi'
import { problemDetails } from 'stellula/problems'
import { serve } from 'stellula/servers/node'
import t, { type Test } from 'tap'
import { LOOK } from '../../lib/html/look.ts'
import { plainPage } from '../../lib/openapi/page.ts'
import { noBrowser } from '../support/browser.ts'
import { assertLegible } from '../support/legible.ts'
import { startExample } from '../support/program.ts'
import { sharedPage } from '../support/windows.ts'

t.setTimeout(300_000)

t.test('the examples and the site follow the rules of the pages in lib', async (t) => {
  t.ok(readFileSync('examples/style.css', 'utf8').endsWith(LOOK))
})

const INFO = { title: 'Users', version: '1.0.0' }

const kaput = () => {
  throw new Error('kaput', { cause: new TypeError('x is not a function') })
}

/** The debug page, the 404 of debug, a problem, and the page of a document without a viewer. */
const pages = Application({
  debug: true,
  routes: [
    Route('/users/{id:int}', kaput, { name: 'user' }),
    Mount(
      '/problems',
      Application({
        exceptionHandlers: problemDetails({ types: [[404, '/about']] }),
        routes: [
          Route('/x', () => {
            throw new HTTPException(404, 'There is no x.')
          }),
        ],
      }),
    ),
    Route('/plain', () => new HTMLResponse(plainPage(openapi(Router([]), INFO)).toString())),
  ],
})

async function served(t: Test): Promise<string> {
  t.intercept(console, 'error', { value: () => {} }) // the log of the bug
  const server = await serve(pages, { port: 0 })
  t.teardown(server.close)
  return server.url ?? ''
}

t.test('all pages can be read', { skip: noBrowser }, async (t) => {
  const page = await sharedPage(t)

  const url = await served(t)
  for (const path of ['/users/7?page=2', '/user/7', '/problems/x', '/plain']) {
    await assertLegible(t, page, url + path)
  }
  for (const name of ['welcome', 'chat', 'tasks', 'starlette']) {
    const example = await startExample(t, name, { DATABASE_URL: ':memory:' })
    await assertLegible(t, page, `${example.url}/`)
  }
})
