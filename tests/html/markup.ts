import t from 'tap'
import { addTo, append, escapeHTML, type Part } from '../../lib/html/markup.ts'
import { HTML, type HTMLValue, html, raw } from '../../lib/html.ts'
import { HTMLResponse } from '../../lib/responses.ts'

async function chunks(page: HTML): Promise<string[]> {
  const all: string[] = []
  for await (const chunk of page) all.push(chunk)
  return all
}

t.test('values are written as text', async (t) => {
  const cases: [HTMLValue, string][] = [
    ['', ''],
    ['a', 'a'],
    [0, '0'],
    [-1.5, '-1.5'],
    [10n ** 20n, '100000000000000000000'],
    [null, ''],
    [undefined, ''],
    [false, ''],
    [true, ''],
    [[], ''],
    [['a', null, [1, ['<']]], 'a1&lt;'],
    [new Set(['a', 'b']), 'ab'],
    [html`<b>${'<'}</b>`, '<b>&lt;</b>'],
    [[html`<i>`, '<i>'], '<i>&lt;i&gt;'],
    [raw('<b>'), '<b>'],
  ]
  for (const [value, text] of cases) t.equal(String(html`[${value}]`), `[${text}]`)
  t.equal(String(html``), '')
  t.equal(String(raw('')), '')
})

t.test('a value without text throws', async (t) => {
  const cases: [unknown, RegExp][] = [
    [{}, /^html: a value must be text.*, an object was given\. Convert it to text/],
    [new Date(), /an object \(Date\)/],
    [Object.create(null), /an object was given/],
    [() => 'a', /function was given/],
    [Symbol('a'), /Symbol\(a\) was given/],
  ]
  for (const [value, message] of cases) {
    t.throws(() => html`${value as string}`, { name: 'TypeError', message })
    t.throws(() => html`${[value as string]}`, { name: 'TypeError', message })
  }
})

t.test('a template that contains promises is a stream', async (t) => {
  async function* rows(): AsyncGenerator<HTMLValue> {
    yield html`<li>${'<1>'}</li>`
    yield ['<2>', null]
    yield Promise.resolve('3')
  }
  const inner = html`<i>${Promise.resolve([1, html`<b>${Promise.resolve('<')}</b>`])}</i>`
  const page = html`<ul>${rows()}</ul>${inner}!${Promise.resolve(null)}`

  t.equal(page.isWhole, false)
  t.same(await chunks(page), [
    ...['<ul>', '<li>&lt;1&gt;</li>', '&lt;2&gt;', '3', '</ul><i>', '1<b>', '&lt;', '</b>'],
    '</i>!',
  ])
  t.throws(
    () => `${page}`,
    /^html: the text must be complete, a template with a promise or an async iterable was given/,
  )
  t.throws(() => new HTMLResponse(page), /send new StreamingResponse\(page/)
  t.same(await chunks(html`a${1}${html`b`}`), ['a1b'])
  t.same(await chunks(html``), [])
})

t.test('the first parts are available first', async (t) => {
  let arrive = (_text: string): void => {}
  const slow = new Promise<string>((resolve) => (arrive = resolve))
  const parts = html`<h1>now</h1>${slow}<p>after`[Symbol.asyncIterator]()

  t.same(await parts.next(), { done: false, value: '<h1>now</h1>' })
  arrive('late')
  t.same(await parts.next(), { done: false, value: 'late' })
})

t.test('a promise that fails before its turn fails only the stream', async (t) => {
  let arrive = (_text: string): void => {}
  const slow = new Promise<string>((resolve) => (arrive = resolve))
  const page = html`${slow}${Promise.reject(new Error('kaput'))}`
  html`${Promise.reject(new Error('never asked for'))}`
  await new Promise((resolve) => setImmediate(resolve))
  arrive('a')

  await t.rejects(chunks(page), /^kaput$/)
})

t.test('parts are added as text, or as pending parts', async (t) => {
  const parts: Part[] = []
  append(parts, '<p>')
  addTo(parts, '<', undefined)
  append(parts, '')
  t.same(parts, ['<p>&lt;'])

  const later = Promise.resolve('a')
  addTo(parts, later, 'in <script>')
  append(parts, '<b>')
  addTo(parts, new HTML(['<i>', '</i>']), 'in <script>')
  t.match(parts, ['<p>&lt;', { value: Promise, place: 'in <script>' }, '<b><i></i>'])
  t.equal(new HTML(parts).isWhole, false)
  t.throws(() => addTo(parts, 'a', 'in <script>'), /^html: text must not be in <script>, where/)
})

t.test('escapeHTML escapes the five characters, and nothing else', async (t) => {
  t.equal(escapeHTML(`&<>"'`), '&amp;&lt;&gt;&quot;&#39;')
  t.equal(escapeHTML('é`=/ \0'), 'é`=/ \0')
})
