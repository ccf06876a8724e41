// LS-HTMX-1: what HTMX tells of a request, and what a response tells HTMX.
import t from 'tap'
import { type HTML, html } from '../../lib/html.ts'
import { htmx, htmxHeaders, htmxPage } from '../../lib/htmx.ts'
import { HTMLResponse, JSONResponse, Route, Router } from '../../lib/index.ts'
import { testClient } from '../../lib/testing/client.ts'

async function seen(headers: Record<string, string>): Promise<unknown> {
  const app = Route('/', (request) => new JSONResponse(htmx(request) ?? null))
  await using client = await testClient(app)
  return (await client.get('/', { headers })).json()
}

t.test('LS-HTMX-1: an ordinary request of a browser is not a request of HTMX', async (t) => {
  t.equal(await seen({}), null)
  t.equal(await seen({ 'hx-request': 'yes' }), null)
})

t.test('LS-HTMX-1: requests of HTMX 2', async (t) => {
  t.same(
    await seen({
      'hx-request': 'true',
      'hx-trigger': 'save%20it',
      'hx-trigger-name': '%D0%B6',
      'hx-trigger-name-uri-autoencoded': 'true',
      'hx-target': 'list',
      'hx-prompt': 'yes',
      'hx-current-url': 'http://a/?b',
    }),
    {
      isFragment: true,
      isBoosted: false,
      isHistoryRestore: false,
      currentUrl: 'http://a/?b',
      sourceId: 'save%20it',
      targetId: 'list',
      sourceName: 'ж',
      prompt: 'yes',
    },
  )
  t.match(await seen({ 'hx-request': 'true', 'hx-boosted': 'true' }), { isFragment: false })
  t.match(await seen({ 'hx-request': 'true', 'hx-history-restore-request': 'true' }), {
    isFragment: false,
    isHistoryRestore: true,
  })
})

t.test('LS-HTMX-1: requests of HTMX 4', async (t) => {
  const four = { 'hx-request': 'true', 'hx-source': 'button#%D0%B6', 'hx-target': 'ul' }
  const request = (await seen({ ...four, 'hx-request-type': 'partial' })) as object
  t.match(request, { isFragment: true, sourceId: 'ж' })
  t.notHas(request, { targetId: 'ul' })
  t.match(await seen({ ...four, 'hx-request-type': 'full' }), { isFragment: false })
})

t.test('LS-HTMX-1: invalid fields of a client do no harm', async (t) => {
  const request = await seen({
    'hx-request': 'true',
    'hx-source': 'a#%E0%A4%A',
    'hx-current-url': 'no url',
  })
  t.match(request, { sourceId: '%E0%A4%A' })
  t.notHas(request as object, { currentUrl: 'no url' })
})

t.test('LS-HTMX-1: all fields of a response can be set', async (t) => {
  t.same(htmxHeaders({}), {})
  t.same(
    htmxHeaders({
      location: { path: '/tea', target: '#list', values: { a: 'é' } },
      redirect: new URL('https://a/é'),
      refresh: true,
      pushUrl: '/a b?c=%20',
      replaceUrl: false,
      reswap: 'outerHTML',
      retarget: '#errors',
      reselect: '#part',
      trigger: 'saved',
      triggerAfterSwap: ['one', 'two, three'],
      triggerAfterSettle: { four: { text: 'é😀' } },
    }),
    {
      'HX-Location': '{"path":"/tea","target":"#list","values":{"a":"\\u00e9"}}',
      'HX-Redirect': 'https://a/%C3%A9',
      'HX-Refresh': 'true',
      'HX-Push-Url': '/a%20b?c=%20',
      'HX-Replace-Url': 'false',
      'HX-Reswap': 'outerHTML',
      'HX-Retarget': '#errors',
      'HX-Reselect': '#part',
      'HX-Trigger': '{"saved":{}}',
      'HX-Trigger-After-Swap': '{"one":{},"two, three":{}}',
      'HX-Trigger-After-Settle': '{"four":{"text":"\\u00e9\\ud83d\\ude00"}}',
    },
  )
  t.same(htmxHeaders({ location: '/tea', refresh: false }), { 'HX-Location': '/tea' })
})

t.test('LS-HTMX-1: a URL that runs a script is refused', async (t) => {
  for (const url of [
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'data:text/html,x',
    'http://[',
  ]) {
    const refused = /htmxHeaders: a URL must be relative, http or https/
    t.throws(() => htmxHeaders({ redirect: url }), refused, url)
    t.throws(() => htmxHeaders({ location: { path: url } }), refused, url)
    t.throws(() => htmxHeaders({ pushUrl: url }), refused, url)
  }
  t.throws(() => htmxHeaders({ reTarget: '#a' } as never), /Did you mean "retarget"\?/)
  t.throws(() => htmxHeaders({ location: { url: '/' } as never }), /location: unknown option "url"/)
  t.throws(() => new HTMLResponse('', { headers: htmxHeaders({ retarget: 'a\nb' }) }), TypeError)
})

t.test('LS-HTMX-1: one route serves a page and its part, and caches keep them apart', async (t) => {
  const layout = (content: HTML): HTML => html`<title>Tea</title>${content}`
  const app = Router([
    Route('/', (request) => htmxPage(request, html`<ul></ul>`, layout, { status: 201 })),
  ])
  await using client = await testClient(app)
  const whole = await client.get('/')
  t.equal(whole.status, 201)
  t.equal(await whole.text(), '<title>Tea</title><ul></ul>')
  const part = await client.get('/', { headers: { 'hx-request': 'true' } })
  t.equal(await part.text(), '<ul></ul>')
  const vary = 'HX-Request, HX-Request-Type, HX-Boosted, HX-History-Restore-Request'
  t.equal(whole.headers.get('vary'), vary)
  t.equal(part.headers.get('vary'), vary)
})
