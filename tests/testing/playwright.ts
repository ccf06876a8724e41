// A real browser whose requests are answered by an app in this process.
import t, { type Test } from 'tap'
import { HTMLResponse, JSONResponse, RedirectResponse } from '../../lib/responses.ts'
import { Route, Router } from '../../lib/routing.ts'
import { type PlaywrightRoute, playwrightRoute, testClient } from '../../lib/testing/client.ts'
import { noBrowser } from '../support/browser.ts'
import { launch } from '../support/windows.ts'

const app = Router([
  Route('/', (request) => {
    const name = request.cookies['name'] ?? 'nobody'
    const page = `<p>${name}</p><form method="post" action="/login"><input name="name"><button>go</button></form>`
    return new HTMLResponse(page)
  }),
  Route('/login', {
    post: async (request) => {
      const form = await request.form()
      const response = new RedirectResponse('/', { status: 303 })
      response.setCookie('name', String(form.get('name')))
      response.setCookie('other', '1')
      return response
    },
  }),
  Route('/old', () => new RedirectResponse('/?from=old')),
  Route('/data', (request) => new JSONResponse(request.headers.get('x-a'))),
])

/** A page whose requests the app answers. */
async function routed(t: Test) {
  const browser = await launch(t)
  const page = await browser.newPage()
  const client = await testClient(app)
  t.teardown(() => client.close())
  await page.route('http://testserver/**', playwrightRoute(client))
  return { page, client }
}

t.test('LS-TEST-1: a browser uses an app without a port', { skip: noBrowser }, async (t) => {
  const { page, client } = await routed(t)

  await page.goto('http://testserver/')
  t.equal(await page.locator('p').textContent(), 'nobody')
  await page.fill('input', 'Ada')
  await page.click('button')
  await page.getByText('Ada', { exact: true }).waitFor()
  t.equal(page.url(), 'http://testserver/')
  const names = (await page.context().cookies()).map(({ name }) => name)
  t.same(names.sort(), ['name', 'other'])
  t.equal(client.cookies.fieldFor(new URL('http://testserver/')), '', 'its cookies are its own')
  const data = await page.evaluate(
    `fetch('/data', { headers: { 'x-a': 'own' } }).then((r) => r.json())`,
  )
  t.equal(data, 'own')
})

t.test('a page is redirected', { skip: noBrowser }, async (t) => {
  const { page } = await routed(t)

  await page.goto('http://testserver/old')
  await page.getByText('nobody', { exact: true }).waitFor()
  t.equal(page.url(), 'http://testserver/?from=old')
})

t.test('an error of the app fails the test, and the browser goes on', async (t) => {
  const failing = Route('/', () => {
    throw new Error('broken')
  })
  await using client = await testClient(failing)
  const calls: string[] = []
  const route: PlaywrightRoute = {
    request: () => ({
      method: () => 'GET',
      url: () => 'http://testserver/',
      allHeaders: async () => ({ ':authority': 'testserver', accept: '*/*' }),
      postDataBuffer: () => null,
    }),
    fulfill: async () => calls.push('fulfill'),
    abort: async () => calls.push('abort'),
  }

  await t.rejects(playwrightRoute(client)(route), /broken/)
  t.same(calls, ['abort'])
})
