// Published advisories about templates and HTML, and that they do not work here. Each test is named
// by the advisory, attacks a server through a socket, and then asks the same server once more.
import { Eta } from 'eta'
import nunjucks from 'nunjucks'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { html } from '../../lib/html.ts'
import { HTMLResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { templates } from '../../lib/templating.ts'
import { testClient } from '../../lib/testing/client.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { bodyOf, listening, request, statuses } from '../support/sockets.ts'

/** An environment with one template. */
function jinja(src: string): nunjucks.Environment {
  return new nunjucks.Environment({ getSource: (path: string) => ({ src, path, noCache: true }) })
}

t.test('nunjucks CVE-2023-2142: a backslash does not prevent escaping', async (t) => {
  const src = '<script>log("{{ a }}", "{{ b }}")</script><p title="{{ a }}">{{ b }}</p>'
  const page = templates(jinja(src))
  const app = Application({
    routes: [
      alive,
      Route('/', (request) => {
        const { queryParams } = request
        return page(request, 'x', { a: queryParams.get('a'), b: queryParams.get('b') })
      }),
    ],
  })
  const served = await listening(t, app)

  const target = `GET /?a=${encodeURIComponent('"\\')}&b=${encodeURIComponent(');alert(1)//<p>')}`
  const received = await served.talk(request(target, ['connection: close']))

  t.same(statuses(received), [200])
  t.equal(
    bodyOf(received),
    '<script>log("&quot;&#92;", ");alert(1)//&lt;p&gt;")</script>' +
      '<p title="&quot;&#92;">);alert(1)//&lt;p&gt;</p>',
  )
  await assertAlive(t, served)
  t.same(served.errors, [])
})

/** What has been used to get out of a text, an attribute, a tag name, a class, a style. */
const ATTACKS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '" onmouseover="alert(1)',
  "' onmouseover='alert(1)",
  'x onfocus=alert(1) autofocus',
  'img src=x onerror=alert(1)',
  'red;background:url("javascript:alert(1)")"',
  '</style><script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '</title><script>alert(1)</script>',
  '--><script>alert(1)</script>',
  '&lt;script&gt;',
  '\u003cscript\u003e\0',
]

t.test(
  'Hono GHSA-458j-xx4x-4375, CVE-2026-44455, CVE-2026-44458, CVE-2026-59895, CVE-2026-24771: text is refused where escaping does not help',
  async (t) => {
    const app = Application({
      routes: [
        alive,
        Route('/escaped', ({ queryParams }) => {
          const text = queryParams.get('text') ?? ''
          const page = html`<title>${text}</title><!-- ${text} --><p class="a ${text}" style='color: ${text}'>${text}`
          return new HTMLResponse(html`${page}${[text]}`)
        }),
        Route('/refused/{place}', ({ queryParams, pathParams: { place } }) => {
          const text = queryParams.get('text') ?? ''
          if (place === 'attribute') return new HTMLResponse(html`<p ${text}="1">`)
          if (place === 'value') return new HTMLResponse(html`<p title=${text}>`)
          if (place === 'tag') return new HTMLResponse(html`<${text}>`)
          if (place === 'style') return new HTMLResponse(html`<style>p { color: ${text} }</style>`)
          if (place === 'handler') return new HTMLResponse(html`<p onclick="show('${text}')">`)
          return new HTMLResponse(html`<script>show("${text}")</script>`)
        }),
      ],
    })
    const served = await listening(t, app)

    for (const attack of ATTACKS) {
      const query = `text=${encodeURIComponent(attack)}`
      const received = await served.talk(request(`GET /escaped?${query}`, ['connection: close']))
      const [, ...tags] = bodyOf(received).split('<')
      t.same(statuses(received), [200])
      t.same(
        tags.map((tag) => /^[!/a-z-]+/.exec(tag)?.[0]),
        ['title', '/title', '!--', 'p'],
        'no tag more than the template has',
      )
      const [, attributes = ''] = /<p( [^>]*)>/.exec(bodyOf(received)) ?? []
      t.match(attributes, /^ class="[^"]*" style='[^']*'$/)

      for (const place of ['attribute', 'value', 'tag', 'style', 'handler', 'script']) {
        const target = `GET /refused/${place}?${query}`
        const refused = await served.talk(request(target, ['connection: close']))
        t.same(statuses(refused), [500], place)
        t.equal(bodyOf(refused), 'Internal Server Error')
      }
    }
    const errors = served.errors.splice(0)
    t.equal(errors.length, 6 * ATTACKS.length)
    for (const error of errors) t.match(error, { message: /^html: text must not be in/ })
    await assertAlive(t, served)
  },
)

t.test('Hono CVE-2026-59896: 200 simultaneous renderings do not mix their users', async (t) => {
  const eta = new Eta()
  eta.loadTemplate('@user', '<%= it.name %> <%= await it.later %> <%= it.request.url.search %>', {
    async: true,
  })
  const pages = {
    eta: templates({ render: (name, context) => eta.renderAsync(name, context) }),
    nunjucks: templates(jinja('{{ name }} {{ name }} {{ request.url.search }}')),
    html: templates({
      render: (_name, { name, later, request }) =>
        html`${name as string} ${later as Promise<string>} ${(request as { url: URL }).url.search}`,
    }),
  }
  const app = Application({
    routes: Object.entries(pages).map(([engine, page]) =>
      Route(`/${engine}`, (request) => {
        const name = request.queryParams.get('user')
        const later = new Promise((resolve) => setTimeout(resolve, Number(name) % 7, name))
        return page(request, '@user', { name, later })
      }),
    ),
  })
  await using client = await testClient(app)

  for (const engine of Object.keys(pages)) {
    const users = Array.from({ length: 200 }, (_, index) => `${index}`)
    const texts = await Promise.all(
      users.map(async (user) => (await client.get(`/${engine}?user=${user}`)).text()),
    )
    t.same(
      texts,
      users.map((user) => `${user} ${user} ?user=${user}`),
      engine,
    )
  }
})
