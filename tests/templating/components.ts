// LS-TPL-1, TP-2: components of JSX libraries as templates.
import { type FC, jsx, Suspense } from 'hono/jsx'
import { renderToReadableStream } from 'hono/jsx/streaming'
import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { raw } from '../../lib/html.ts'
import { Route } from '../../lib/routing.ts'
import { components, type TemplateResponder, templates } from '../../lib/templating.ts'
import { testClient } from '../../lib/testing/client.ts'

const EVIL = `<script>"'&`

interface Context {
  readonly name: string
  readonly urlFor: (name: string, params?: object) => string
}

function appOf(page: TemplateResponder, name = 'hello'): Application {
  return Application({
    routes: [Route('/', (request) => page(request, name, { name: EVIL }), { name: 'home' })],
  })
}

t.test('Preact: elements are rendered and escaped, and have URLs', async (t) => {
  const Hello = ({ name, urlFor }: Context) =>
    h('p', { title: name }, h('a', { href: urlFor('home') }, name))
  const page = templates(
    components({ hello: Hello }, (element) => `<!doctype html>${renderToString(element)}`),
  )
  await using client = await testClient(appOf(page))
  const response = await client.get('/')
  t.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
  const text = await response.text()
  t.match(
    text,
    /^<!doctype html><p title="&lt;script>&quot;'&amp;"><a href="http:\/\/testserver\/">/,
  )
  t.notMatch(text, '<script>')
})

t.test('Hono’s JSX: elements are rendered, also of async components', async (t) => {
  const Hello = async ({ name }: Context) => jsx('p', { title: name }, name)
  const page = templates(
    components({ hello: Hello }, async (element) => raw(String(await element.toString()))),
  )
  await using client = await testClient(appOf(page))
  t.equal(
    await (await client.get('/')).text(),
    '<p title="&lt;script&gt;&quot;&#39;&amp;">&lt;script&gt;&quot;&#39;&amp;</p>',
  )
})

t.test('Hono’s JSX: a page is sent while it is rendered', async (t) => {
  let finish = (): void => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const Slow: FC = async () => {
    await finished
    return jsx('b', {}, 'late')
  }
  const Hello = (): ReturnType<typeof jsx> =>
    jsx(Suspense, { fallback: jsx('i', {}, 'wait') }, jsx(Slow, {}))
  const page = templates(components({ hello: Hello }, (element) => renderToReadableStream(element)))
  await using client = await testClient(appOf(page))
  const response = await client.get('/')
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  t.match((await reader?.read())?.value, '<i>wait</i>')
  finish()
  t.match((await reader?.read())?.value, '<b>late</b>')
})

t.test('a component that throws is a 500, and so is an unknown one', async (t) => {
  const engine = components(
    {
      hello: (): string => {
        throw new Error('no name')
      },
    },
    String,
  )
  await using client = await testClient(appOf(templates(engine)))
  await t.rejects(client.get('/'), /no name/)
  await using other = await testClient(appOf(templates(engine), 'helo'))
  await t.rejects(
    other.get('/'),
    /there must be a component of that name, "helo" was given\. Did you/,
  )
  await using third = await testClient(appOf(templates(engine), 'constructor'))
  await t.rejects(third.get('/'), /Known are hello/)
})

t.test('invalid options throw at definition', async (t) => {
  t.throws(
    () => components({}, 'html' as never),
    /components: render must be a function, "html" was/,
  )
  t.throws(() => components(null as never, String), /components: pages must be an object/)
  t.throws(
    () => components({ a: 1 } as never, String),
    /the component "a" must be a function, 1 was/,
  )
})
