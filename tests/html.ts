import fc from 'fast-check'
import t from 'tap'
import { escapeHTML, HTML, type HTMLValue, html, raw } from '../lib/html.ts'
import { HTMLResponse, StreamingResponse } from '../lib/responses.ts'
import { Route } from '../lib/routing.ts'
import { testClient } from '../lib/testing/client.ts'
import { eventually } from './support/sockets.ts'

const EVIL = `<script>alert("1" + '2')</script>&amp;`
const TAME = '&lt;script&gt;alert(&quot;1&quot; + &#39;2&#39;)&lt;/script&gt;&amp;amp;'

async function chunks(page: HTML): Promise<string[]> {
  const all: string[] = []
  for await (const chunk of page) all.push(chunk)
  return all
}

t.test('text is escaped, in any value', async (t) => {
  t.equal(`${html`<p title="${EVIL}">${EVIL}</p>`}`, `<p title="${TAME}">${TAME}</p>`)
  t.equal(escapeHTML(EVIL), TAME)
  t.equal(
    `${html`<a href="${new URL('http://a/?a=1&b=<')}">`}`,
    '<a href="http://a/?a=1&amp;b=%3C">',
  )
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const escaped = `${html`<p title="${text}">`}`.slice(10, -2)
      const back = escaped
        .replaceAll('&#39;', "'")
        .replaceAll('&quot;', '"')
        .replaceAll('&gt;', '>')
        .replaceAll('&lt;', '<')
        .replaceAll('&amp;', '&')
      return !/[<>"']/.test(escaped) && back === text
    }),
  )
})

t.test('the html tag and raw() accept only their own arguments', async (t) => {
  for (const text of ['<b>', ['<b>'], null, undefined]) {
    t.throws(
      () => html(text as never),
      /^html: it must be used as a template tag, .+ was given\. Write html`/,
    )
  }
  for (const text of [null, 7, html`a`]) {
    t.throws(() => raw(text as never), /^raw: the HTML must be text, .+ was given\. Pass other/)
  }
})

t.test('text is refused where escaping does not help', async (t) => {
  const message = /^html: text must not be in .*, where escaping does not make it safe, "x" was g/
  t.throws(() => html`<p class=${'x'}>`, { name: 'TypeError', message })
  t.throws(() => html`<${'x'}>`, message)
  t.throws(() => html`<p ${'x'}>`, message)
  t.throws(() => html`<p ${'x'}="1">`, message)
  t.throws(() => html`<script>${'x'}</script>`, message)
  t.throws(() => html`<script>${['x']}</script>`, message)
  t.throws(() => html`<style>${'x'}</style>`, message)
  t.throws(() => html`<b onclick="${'x'}">`, message)
  t.throws(() => html`<iframe srcdoc='${'x'}'>`, message)
  t.throws(() => html`<b onclick="${new URL('http://a')}">`, /"http:\/\/a\/" was given/)
  t.throws(() => html`<p ${'y'.repeat(101)}>`, /"y{100}…" was given/)
  await t.rejects(chunks(html`<script>${Promise.resolve('x')}</script>`), message)

  const own = raw('hidden')
  t.equal(
    `${html`<h${1} ${own} ${false} ${null} ${[html`open`]} tabindex=${-1}><script>${2}${raw('<')}</script>`}`,
    '<h1 hidden   open tabindex=-1><script>2<</script>',
  )
})

t.test('text is refused in a template that is inserted where escaping does not help', async (t) => {
  const message = /^html: a template with text must not be in .*, where escaping does not m/
  const text = html`${'x'}`
  for (const nested of [text, html`f(${text})`, [text], html`${[text]}`, html`${new URL('a:b')}`]) {
    t.throws(() => html`<script>${nested}</script>`, { name: 'TypeError', message })
    t.throws(() => html`<style>${nested}</style>`, message)
    t.throws(() => html`<b onclick="${nested}">`, message)
    t.throws(() => html`<iframe srcdoc='${nested}'>`, message)
    t.throws(() => html`<b ${nested}>`, message)
    t.throws(() => html`<b class=${nested}>`, message)
  }
  t.throws(() => html`<b ${html`onclick="${text}"`}>`, message)
  t.throws(() => html`<b ${html`class=${text}`}>`, message)
  t.throws(() => html`<b ${html`class="a" ${text}`}>`, message)
  t.throws(() => html`<script>${html`f(${Promise.resolve('x')})`}</script>`, /"f\(…\)" was given/)
  await t.rejects(chunks(html`<script>${Promise.resolve(text)}</script>`), message)
  const ownCode = html`if (${1}) f(${raw('"<"')})${html`, g()`}`
  t.equal(`${html`<script>${ownCode}</script>`}`, '<script>if (1) f("<"), g()</script>')
  t.equal(
    `${html`<p ${html`class="${'a"b'}" id='${text}'`} ${html`hidden`}>${text}</p>`}`,
    `<p class="a&quot;b" id='x' hidden>x</p>`,
  )
})

t.test('responses accept templates', async (t) => {
  let stopped = 0
  async function* endless(): AsyncGenerator<HTMLValue> {
    try {
      for (;;) yield html`<p>${'<'}</p>`
    } finally {
      stopped++
    }
  }
  await using client = await testClient(
    Route('/{kind}', ({ pathParams: { kind } }) => {
      if (kind === 'whole') return new HTMLResponse(html`<p>${'é<'}</p>`, { status: 201 })
      const source = kind === 'endless' ? endless() : Promise.resolve('é<')
      return new StreamingResponse(html`<p>${source}</p>`, { mediaType: 'text/html' })
    }),
  )

  const whole = await client.get('/whole')
  t.equal(whole.status, 201)
  t.equal(whole.headers.get('content-type'), 'text/html; charset=utf-8')
  t.equal(whole.headers.get('content-length'), '13')
  t.equal(await whole.text(), '<p>é&lt;</p>')
  t.equal(await (await client.get('/streamed')).text(), '<p>é&lt;</p>')

  const response = await client.get('/endless')
  const reader = response.body?.getReader()
  t.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), '<p>')
  await reader?.cancel()
  await eventually(() => stopped === 1, 'the end of the producer')
})

t.test('HTML is distinguished from text', async (t) => {
  t.ok(html`` instanceof HTML)
  t.equal(html`a`.isWhole, true)
})
