import fc from 'fast-check'
import t from 'tap'
import { parsePath } from '../../lib/routing/path.ts'
import { matchWhole } from '../../lib/routing/sequence.ts'
import { isParam } from '../../lib/routing/tokens.ts'
import { entryOf } from '../support/entries.ts'
import { assertLinear } from '../support/linear.ts'

const shape = (path: string): unknown =>
  parsePath(path, 'Route').tokens.map((token) =>
    isParam(token) ? [token.name, token.convertor.name, token.optional ?? false] : token,
  )

t.test('reads whole segments as parameters, and joins the text between', async (t) => {
  t.same(shape('/a/b/:id/c/d'), ['/a/b/', ['id', 'str', false], '/c/d'])
  t.same(shape('/a/:b?'), ['/a', ['b', 'str', true]])
  t.same(shape('/files/*'), ['/files/', ['*', 'path', false]])
  t.same(shape('/:a/'), ['/', ['a', 'str', false], '/'])
})

const REFUSED: readonly (readonly [path: string, message: RegExp])[] = [
  ['/*/x', /^Route: a wildcard in the middle, in "\/\*\/x"\. Use \* only as the last segment\./],
  ['/*/*', /a wildcard in the middle/], // advisory 31
  ['/:a/*/*/*', /a wildcard in the middle/],
  ['/:a.:b', /":a\.:b" is more than a parameter.*Write \{name\}\.\{extension\}.*\n {3}\^{5}$/s],
  ['/:a-:b', /":a-:b" is more than a parameter/],
  ['/:id(\\d+)', /":id\(\\d\+\)" is more than a parameter/],
  ['/:a+', /":a\+" is more than a parameter/],
  ['/:', /":" is more than a parameter/],
  ['/:1', /":1" is more than a parameter/],
  ['/:a/x:y', /":" within a segment.*A parameter is a whole segment: \/:name\/\..*\n {7}\^$/s],
  ['/:a/x*', /"\*" within a segment/],
  ['/:a/x?', /"\?" within a segment/],
  ['/:a/?', /"\?" within a segment/],
  ['/files/*.js', /"\*" within a segment/],
  ['/**', /"\*" within a segment/],
  ['/*?', /"\*" within a segment/],
]

for (const [path, message] of REFUSED) {
  t.test(`refuses ${path}`, async (t) => {
    t.throws(() => parsePath(path, 'Route'), { name: 'TypeError', message })
  })
}

const MATCHES: readonly (readonly [path: string, text: string, values: unknown])[] = [
  ['/a/:b?', '/a', [undefined]],
  ['/a/:b?', '/a/x', ['x']],
  ['/a/:b?', '/a/', undefined],
  ['/a/:b?', '/a/x/', undefined],
  ['/a/:b?', '/A/x', undefined],
  ['/a/:b?', '/a/x\ny', ['x\ny']],
  ['/a/:b?/', '/a/', [undefined]],
  ['/a/:b?/', '/a/x/', ['x']],
  ['/a/:b?/', '/a/x', undefined],
  ['/a//:b?', '/a//x', ['x']],
  ['/a//:b?', '/a/x', undefined],
  ['/:a?', '/', [undefined]],
  ['/:a?', '/x', ['x']],
  ['/:a?/:b?', '/', [undefined, undefined]],
  ['/:a?/:b?', '/x', ['x', undefined]],
  ['/:a?/:b?', '/x/y', ['x', 'y']],
  ['/:a?/b', '/b', [undefined]],
  ['/:a?/b', '/x/b', ['x']],
  ['/:a?/b', '/', undefined],
  ['/*', '/', ['']],
  ['/*', '/a/b', ['a/b']],
  ['/x/*', '/x', undefined],
  ['/x/*', '/x//', ['/']],
  ['/x.y/:a?', '/xzy/a', undefined],
  ['/x.(y)+[z]/:a?', '/x.(y)+[z]/a', ['a']],
]

for (const [path, text, values] of MATCHES) {
  const outcome = values === undefined ? 'does not match' : 'matches'
  t.test(`${path} ${outcome} ${JSON.stringify(text)}`, async (t) => {
    t.same(matchWhole(entryOf(path), text)?.values, values)
  })
}

/** The expression that other routers compile such a path to. */
function expressionOf(segments: readonly string[]): RegExp {
  const source = segments.map(
    (segment) =>
    segment === '*' ? '/(.*)' : segment.endsWith('?') ? '(?:/([^/]+))?' : segment.replace(/:./, '([^/]+)'), // biome-ignore format: a table
  )
  return new RegExp(`^${source.join('')}$`, 's')
}

t.test('matches as the patterns of other routers do', async (t) => {
  const segment = fc.constantFrom('/x', '/:p', '/:p?', '/')
  const end = fc.constantFrom([], ['*'])
  const texts = fc.array(fc.constantFrom('/', 'x', 'y', '.'), { maxLength: 8 })
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 5 }),
      end,
      texts,
      (some, end, rest) => {
        // Parameters have names of their own.
        const named = some.map((text, index) => text.replace('p', 'abcde'.charAt(index)))
        const path = [...named, ...end.map((text) => `/${text}`)].join('')
        const text = `/${rest.join('')}`
        const wanted = expressionOf([...named, ...end])
          .exec(text)
          ?.slice(1)
        if (text === '/' && wanted === undefined) return // the root is a case of its own
        t.same(matchWhole(entryOf(path), text)?.values, wanted, `${path} ${text}`)
      },
    ),
  )
})

t.test('takes linear time for any number of optional parameters', async (t) => {
  const names = [...'abcdefghijklmnopqrst']
  const entry = entryOf(`${names.map((name) => `/:${name}?`).join('')}/end`)
  assertLinear(
    t,
    (size) => '/x'.repeat(size / 2),
    (text) => matchWhole(entry, text),
  )
})
