/** Routes of `main` that render templates, by Nunjucks. */
import nunjucks from 'nunjucks'
import { type Routable, Route } from '../../../lib/routing.ts'
import { templates } from '../../../lib/templating.ts'

const TEXTS: Readonly<Record<string, string>> = {
  'hello.html': '<p>Hello {{ name }}</p>',
  'urls.html':
    "<a href='{{ urlFor('home') }}'>home</a> <a href='{{ urlFor('conv-int', v=7) }}'>seven</a>",
  'ctx.html': '{{ site }}/{{ name }}/{{ request.url.pathname }}',
  'plain.txt': 'text {{ name }}',
}

const loader: nunjucks.ILoader = {
  getSource(name) {
    const src = TEXTS[name]
    if (src === undefined) throw new Error(`there is no template ${name}`)
    return { src, path: name, noCache: false }
  },
}

/** Nunjucks escapes by environment, not by file: there is one for pages and one for texts. */
const [pages, texts] = [true, false].map((autoescape) =>
  templates(new nunjucks.Environment(loader, { autoescape }), {
    contextProcessors: [() => ({ site: 'SITE' })],
  }),
) as [ReturnType<typeof templates>, ReturnType<typeof templates>]

export const rendered: readonly Routable[] = [
  Route('/tpl/hello', (request) =>
    pages(request, 'hello.html', { name: request.queryParams.getAll('name').at(-1) ?? 'World' }),
  ),
  Route('/tpl/full', (request) =>
    pages(
      request,
      'hello.html',
      { name: 'x' },
      { status: 201, headers: { 'X-T': '1' }, mediaType: 'text/xml' },
    ),
  ),
  Route('/tpl/urls', (request) => pages(request, 'urls.html')),
  Route('/tpl/ctx', (request) => pages(request, 'ctx.html', { name: 'n', site: 'given' })),
  Route('/tpl/txt', (request) => texts(request, 'plain.txt', { name: '<b>' })),
  Route('/tpl/missing', (request) => pages(request, 'missing.html')),
]
