// LS-HTMX-1 in a real browser, by the released files of HTMX 4 and 2.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import t from 'tap'
import { type HTML, html, raw } from '../../lib/html.ts'
import { type HTMXRequest, htmx, htmxHeaders, htmxPage } from '../../lib/htmx.ts'
import { Application, HTMLResponse, Response, Route } from '../../lib/index.ts'
import { noBrowser } from '../support/browser.ts'
import { listening } from '../support/sockets.ts'
import { openPage } from '../support/windows.ts'

const require = createRequire(import.meta.url)

/** Clicks through the page, and posts what it has seen. */
const SCRIPT = `
  const events = []
  const until = (holds) => new Promise((resolve) => {
    const look = () => (holds() ? resolve() : setTimeout(look, 10))
    look()
  })
  const post = (seen) => fetch('/seen', { method: 'POST', body: JSON.stringify(seen) })
  addEventListener('load', async () => {
    document.body.addEventListener('added', ({ detail }) => events.push(detail.note))
    document.querySelector('[name=row]').click()
    await until(() => events.length > 0 && document.querySelectorAll('li').length > 0)
    await until(() => location.search !== '')
    await post({ events, list: document.querySelector('li').textContent, at: location.pathname + location.search })
    document.querySelector('#other').click()
    // A click on what was just swapped in does nothing until HTMX has seen it.
    setInterval(() => document.querySelector('#go')?.click(), 100)
  })
`

const layout = (content: HTML): HTML => html`<!doctype html><html><head><meta charset="utf-8">
<script src="/htmx.js"></script></head><body>${content}</body></html>`

const home = html`<button id="ж" name="row" hx-post="/rows" hx-target="#list" hx-swap="none">add</button>
<ul id="list"></ul><a id="other" href="/other" hx-boost="true">other</a><script>${raw(SCRIPT)}</script>`

t.test('LS-HTMX-1: in a browser', { skip: noBrowser, timeout: 100_000 }, async (t) => {
  for (const name of ['htmx.org', 'htmx2']) {
    await t.test(name, async (t) => {
      const file = readFileSync(require.resolve(`${name}/dist/htmx.min.js`))
      const told: (HTMXRequest | undefined)[] = []
      let post = (_seen: unknown): void => {}
      const posted = new Promise((resolve) => (post = resolve))
      let arrive = (_query: string): void => {}
      const arrived = new Promise((resolve) => (arrive = resolve))
      const app = Application({
        routes: [
          Route('/', (request) => htmxPage(request, home, layout)),
          Route('/htmx.js', () => new Response(file, { mediaType: 'text/javascript' })),
          Route('/rows', {
            post: (request) => {
              told.push(htmx(request))
              const headers = htmxHeaders({
                reswap: 'beforeend',
                pushUrl: '/?n=é 1',
                trigger: { added: { note: 'é ж' } },
              })
              return new HTMLResponse('<li>tea</li>', { headers })
            },
          }),
          Route('/other', (request) => {
            told.push(htmx(request))
            return htmxPage(request, html`<button id="go" hx-get="/go">go</button>`, layout)
          }),
          Route('/go', () => {
            return new Response(null, { headers: htmxHeaders({ redirect: '/done?from=go' }) })
          }),
          Route('/done', (request) => {
            told.push(htmx(request))
            arrive(request.url.search)
            return new HTMLResponse('')
          }),
          Route('/seen', {
            post: async (request) => {
              post(JSON.parse(await request.text()))
              return new Response(null, { status: 204 })
            },
          }),
        ],
      })
      const { port, errors } = await listening(t, app)
      const { page } = await openPage(t, `http://127.0.0.1:${port}/`)
      t.same(await posted, {
        events: ['é ж'],
        list: 'tea',
        at: '/?n=%C3%A9%201',
      })
      t.equal(await arrived, '?from=go')
      await page.waitForURL(/\/done\?from=go$/)
      const [row, other, done] = told
      t.match(row, { isFragment: true, isBoosted: false, sourceId: 'ж', targetId: 'list' })
      t.equal(row?.currentUrl?.pathname, '/')
      t.match(other, { isFragment: false, isBoosted: true })
      t.equal(done, undefined)
      t.same(errors, [])
    })
  }
})
