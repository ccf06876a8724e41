// No pattern that can be written makes a look-up slower than its path is long (advisories 30, 31).
import t from 'tap'
import { registerConvertor } from '../../../lib/convertors.ts'
import { Table } from '../../../lib/routing/table.ts'
import { entryOf } from '../../support/entries.ts'
import { assertLinear, busy } from '../../support/linear.ts'

registerConvertor('tag', { pattern: /[ab]+1?/, convert: (text) => text, toText: String })
registerConvertor('ymd', {
  pattern: /[0-9]{4}-[0-9]{2}-[0-9]{2}/,
  convert: (text) => text,
  toText: String,
})

const repeat = (text: string) => (size: number) =>
  `/${text.repeat(Math.ceil(size / text.length))}`.slice(0, size)
const ending = (text: string, end: string) => (size: number) => repeat(text)(size) + end

const INPUTS: Readonly<Record<string, (size: number) => string>> = {
  'many "-"': ending('-', '/'),
  'many "a-"': ending('a-', '\n'),
  'many "/"': repeat('/'),
  'many "/end"': ending('/end', 'x'),
  'digits and points': ending('1.1', '-'),
  'hex digits': ending('0123456789abcdef', 'g'),
  'many UUIDs': repeat('12345678-9abc-def0-1234-56789abcdef0-'),
  'a text that almost ends': ending('a', '1b'),
  newlines: ending('\n', '/'),
}

const SHAPES = [
  '/{a}-{b}',
  '/{a}-{b}-{c}',
  '/{x}{y}',
  '/{a}--{b}--{c}-',
  '/{p:path}/end',
  '/{p:path}/{q:path}',
  '/{p:path}/{a}-{b}/{q:path}/end',
  '/{i:int}{f:float}{u:uuid}',
  '/{f:float}-{g:float}.{h:float}',
  '/{i:int}-{rest}',
  '/{slug}-{u:uuid}',
  '/{u:uuid}{slug}',
  '/{a}-{u:uuid}{b}',
  '/{t:tag}',
  '/{slug}-{d:ymd}',
  '/{a}{d:ymd}{b}',
  '/:a',
  '/:a/:b/end',
  '/:a?',
  '/:a?/:b?/:c?/:d?/:e?/:f?/:g?/:h?/end',
  '/*',
  '/:a/:b?/*',
  '/x/*',
]

for (const path of SHAPES) {
  t.test(`takes linear time for ${path}`, async (t) => {
    const table = new Table([entryOf(path)])
    for (const [name, input] of Object.entries(INPUTS)) {
      t.test(name, async (t) => assertLinear(t, input, (text) => table.find(text, 'http', 'GET')))
    }
  })
}

for (const path of ['/{a}', '/{a}-{b}', '/{p:path}', '/:a/:b']) {
  t.test(`takes linear time for a mount at ${path}`, async (t) => {
    const table = new Table([entryOf(path, { prefix: true })])
    for (const [name, input] of Object.entries(INPUTS)) {
      t.test(name, async (t) => assertLinear(t, input, (text) => table.find(text, 'http', 'GET')))
    }
  })
}

t.test('takes linear time for all in one table', async (t) => {
  const table = new Table(SHAPES.flatMap((path) => [entryOf(path), entryOf(`/a${path}`)]))
  const path = '/a/a-1-1/1.1/'

  assertLinear(t, ending(path, '/a'), (text) => table.find(text, 'http', 'GET'))
})

t.test('stops at convertors of which even a few tests are slow', async (t) => {
  registerConvertor('slow', { pattern: /a*a*a*b/, convert: (text) => text, toText: String })
  const table = new Table([entryOf('/{a}{s:slow}{b}')])

  const start = busy()
  const { match } = table.find(`/${'a'.repeat(64 * 1024)}`, 'http', 'GET')

  t.equal(match, undefined)
  t.ok(busy() - start < 2000, 'a few tests of some milliseconds each')
})

// As one regular expression it takes 47 s for three wildcards and 500 slashes.
t.test('answers immediately for a wildcard and 16 KB of slashes and newlines', async (t) => {
  const table = new Table([entryOf('/x/*')])
  const path = `/x${'/'.repeat(8192)}${'\n'.repeat(8192)}`

  const start = busy()
  const { match } = table.find(path, 'http', 'GET')

  t.equal(match, undefined)
  t.ok(busy() - start < 50, 'well under 50 ms')
})
