import t from 'tap'
import { registerConvertor } from '../../lib/convertors.ts'
import { parsePath } from '../../lib/routing/path.ts'
import { isParam } from '../../lib/routing/tokens.ts'

const shape = (path: string, where = 'Route'): unknown =>
  parsePath(path, where).tokens.map((token) =>
    isParam(token) ? [token.name, token.convertor.name] : token,
  )

// RT-5, RT-8: names and convertors; what is between them is text.
t.test('reads parameters anywhere in a path', async (t) => {
  t.same(shape('/'), ['/'])
  t.same(shape(''), [])
  t.same(shape('/users/{id}'), ['/users/', ['id', 'str']])
  t.same(shape('/users/{id:int}/x'), ['/users/', ['id', 'int'], '/x'])
  t.same(shape('/{a}-{b:float}.{_c1:uuid}'), [
    '/',
    ['a', 'str'],
    '-',
    ['b', 'float'],
    '.',
    ['_c1', 'uuid'],
  ])
  t.same(shape('/{x}{p:path}'), ['/', ['x', 'str'], ['p', 'path']])
  t.same(shape('/path-with-(parens).+$'), ['/path-with-(parens).+$'])
  t.same(shape('/users/{id}:disable'), ['/users/', ['id', 'str'], ':disable'])
  t.same(shape('/users/me:disable'), ['/users/me:disable'])
})

t.test('parses the colon form into the same tokens', async (t) => {
  t.same(shape('/users/:id/x'), shape('/users/{id}/x'))
  t.same(shape('/:a/:b'), shape('/{a}/{b}'))
})

t.test('lists the parameters in the order of the path', async (t) => {
  const { params, path } = parsePath('/{b}/{a:int}', 'Route')

  t.same(
    params.map(({ name }) => name),
    ['b', 'a'],
  )
  t.equal(path, '/{b}/{a:int}')
})

t.test('does not change colons in a host pattern', async (t) => {
  t.same(shape('{sub}.example.org:3600', 'Host'), [['sub', 'str'], '.example.org:3600'])
})

// RT-16: a convertor is looked up when the route is built.
t.test('keeps the convertor that existed when the path was parsed', async (t) => {
  const convert = (value: string) => (text: string) => `${value}${text}`
  const options = { pattern: /[a-z]+/, toText: String }
  registerConvertor('changing', { ...options, convert: convert('old ') })
  const before = parsePath('/{x:changing}', 'Route')
  registerConvertor('changing', { ...options, convert: convert('new ') })
  const after = parsePath('/{x:changing}', 'Route')

  t.equal(before.params[0]?.convertor.parse('a'), 'old a')
  t.equal(after.params[0]?.convertor.parse('a'), 'new a')
})

const FAULTS: readonly (readonly [path: string, message: RegExp])[] = [
  // RT-6
  [
    '/users/{id:integer}',
    /^Route: unknown convertor "integer", in "\/users\/\{id:integer\}"\. Known: str, int, bigint, float, uuid, path[^.]*\.\n\n {2}\/users\/\{id:integer\}\n {13}\^{7}$/,
  ],
  // RT-7
  [
    '/{id}/{id}',
    /^Route: the parameter "id" occurs twice, .*Give each its own name\.\n\n.*\n {9}\^\^$/,
  ],
  ['/:id/x/:id', /^Route: the parameter "id" occurs twice/],
  [
    '/{',
    /^Route: a brace that belongs to no parameter, in "\/\{"\. Write \{name\} or .*\n {3}\^$/s,
  ],
  ['/a}', /a brace that belongs to no parameter.*\n {4}\^$/s],
  ['/{a}/{b', /a brace that belongs to no parameter.*\n {7}\^$/s],
  ['/{1x}', /a brace that belongs to no parameter/],
  ['/{x:}', /a brace that belongs to no parameter/],
  ['/{x y}', /a brace that belongs to no parameter/],
  ['/{a}}', /a brace that belongs to no parameter.*\n {6}\^$/s],
  [
    '/{a}/:b',
    /^Route: both spellings in one path, .*Use \{name\} or :name, not both\..*\n {7}\^$/s,
  ],
  ['/{a}/*', /^Route: both spellings in one path/],
]

for (const [path, message] of FAULTS) {
  t.test(`refuses ${path}`, async (t) => {
    t.throws(() => parsePath(path, 'Route'), { name: 'TypeError', message })
  })
}

t.test('refuses values that are not text', async (t) => {
  const given = (() => {}) as unknown as string

  t.throws(() => parsePath(given, 'Route'), {
    message: "Route: the path must be a string, a function was given. Write it as '/path/{name}'.",
  })
})
