// LS-OAPI-2: the pages as a browser has them: what they show, how they try it, and where their requests go.
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { Headers } from '../../lib/http/headers.ts'
import { Application, Mount } from '../../lib/index.ts'
import { proxy } from '../../lib/interop/proxy.ts'
import { proxyHeaders } from '../../lib/middleware/proxyheaders.ts'
import { secureHeaders } from '../../lib/middleware/secureheaders.ts'
import type { OpenAPIPage } from '../../lib/openapi.ts'
import type { App } from '../../lib/types.ts'
import { noBrowser } from '../support/browser.ts'
import { documented, TOKEN } from '../support/documented.ts'
import { listening } from '../support/sockets.ts'
import { docsWith, noPage, noPlaces, scalar, swagger, type Viewing } from '../support/viewers.ts'
import { openPage, sharedPage, show } from '../support/windows.ts'

/** The API behind the default headers of secureHeaders(), which the page has to live with. */
function api(page: OpenAPIPage, version: '3.1' | '3.2' = '3.1'): App {
  const docs = docsWith(page, { title: 'The API', version: '1.0.0', openapi: version })
  return Application({
    middleware: [
      proxyHeaders({ trusted: ['loopback'], host: true, prefix: true }),
      secureHeaders(),
    ],
    routes: documented(docs),
  })
}

/** Does all that a person does with a page. */
async function tryAll(t: Test, view: Viewing): Promise<void> {
  await view.shown('get /token')
  await view.authorise(TOKEN)
  await (await view.send('get /token')).getByText('token of Ada').waitFor()
  t.pass('a bearer token is sent, and the answer shown')

  await (await view.send('get /session')).getByText('Unauthorized').first().waitFor()
  await (await view.send('post /session', { json: '{"user":"Grace"}' }))
    .getByText('welcome Grace')
    .waitFor()
  await (await view.send('get /session')).getByText('session of Grace').waitFor()
  t.pass('the session of the browser is used')

  const form = { title: 'sun', photo: { name: 'sun.txt', text: 'hello' } }
  await (await view.send('post /upload', { form })).getByText('sun: sun.txt, 5 bytes').waitFor()
  t.pass('a file is uploaded')

  await (await view.send('get /news')).getByText('last news').waitFor()
  t.pass('a stream is followed to its end')
}

const VIEWS: Readonly<Record<'swagger' | 'scalar', (page: Page) => Viewing>> = { swagger, scalar }

t.setTimeout(300_000)

/** Uses a page a little, and looks where its requests go. */
async function isRight(t: Test, window: Page, name: 'swagger' | 'scalar', url: string) {
  const { page, origins, errors } = await show(window, url)
  const view = VIEWS[name](page)
  await view.shown('get /token')
  await (await view.send('get /news')).getByText('last news').waitFor()
  t.same([...origins], [new URL(url).origin])
  t.same(errors, [])
}

for (const name of ['swagger', 'scalar'] as const) {
  t.test(name, { skip: noBrowser || noPage(name) }, async (t) => {
    const window = await sharedPage(t)

    await t.test('sends requests to the API', async (t) => {
      const { port, errors } = await listening(t, api(name))
      const base = `http://127.0.0.1:${port}`
      const opened = await show(window, `${base}/docs`)
      await tryAll(t, VIEWS[name](opened.page))
      t.same([...opened.origins], [base], 'no other host is asked')
      t.same(opened.errors, [])
      t.same(errors, [])
    })

    await t.test('works in a mounted application', { skip: noPlaces }, async (t) => {
      const outer = Application({ routes: [Mount('/{tenant}/api', api(name))] })
      const { port } = await listening(t, outer)
      await isRight(t, window, name, `http://127.0.0.1:${port}/acme/api/docs`)
    })

    const places = 'is right behind proxies that tell their prefix, that do not, and a root path'
    await t.test(places, { skip: noPlaces }, async (t) => {
      const { port: told } = await listening(t, api(name))
      const { port: rooted } = await listening(t, api(name, '3.2'), { rootPath: '/rooted' })
      const silent = {
        requestHeaders: (headers: Headers) => headers.delete('x-forwarded-prefix'),
      }
      const proxies = {
        '/told': proxy(`http://127.0.0.1:${told}`),
        '/silent': proxy(`http://127.0.0.1:${told}`, silent),
        '/rooted': proxy(`http://127.0.0.1:${rooted}`, silent),
      }
      const routes = Object.entries(proxies).map(([prefix, app]) => Mount(prefix, app))
      const { port } = await listening(t, Application({ routes }))
      for (const prefix of Object.keys(proxies)) {
        await isRight(t, window, name, `http://127.0.0.1:${port}${prefix}/docs/`)
      }
      for (const app of Object.values(proxies)) await app[Symbol.asyncDispose]()
    })
  })
}

t.test('redoc: displays the API', { skip: noBrowser || noPage('redoc') }, async (t) => {
  const { port, errors } = await listening(t, api('redoc'))
  const base = `http://127.0.0.1:${port}`
  const { page, origins, errors: own } = await openPage(t, `${base}/docs`)
  for (const summary of ['By token', 'Log in', 'Upload', 'News']) {
    await page.getByRole('heading', { name: summary }).waitFor()
  }
  await page.getByRole('button', { name: 'get /token' }).first().click()
  await page.getByText(`${base}/token`).first().waitFor()
  t.pass('the server is where the application is served')
  await page.getByRole('searchbox').or(page.getByPlaceholder('Search...')).first().fill('Upload')
  await page.getByRole('search').getByText('Upload').first().waitFor()
  t.pass('its search works, which is a worker')
  t.same([...origins], [base], 'no other host is asked')
  t.same(own, [])
  t.same(errors, [])
})
