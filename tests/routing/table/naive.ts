// Whatever index makes it fast, a table finds what trying every route in turn would find.
import fc from 'fast-check'
import t from 'tap'
import { registerConvertor } from '../../../lib/convertors.ts'
import { Table } from '../../../lib/routing/table.ts'
import { entryOf, lookUp } from '../../support/entries.ts'
import { type NaiveRoute, NaiveRouter, TAG } from '../../support/naive.ts'

registerConvertor('tag', {
  pattern: TAG,
  convert: (text) => text.toUpperCase(),
  toText: (value) => String(value).toLowerCase(),
})

const UUID = '12345678-9abc-def0-1234-56789abcdef0'

const literal = fc.constantFrom('a', 'b', 'ab', '1', '-', '.', 'a.b')
const kind = fc.constantFrom('', ':str', ':int', ':float', ':uuid', ':path', ':tag')
const piece = fc.oneof(literal, kind, kind)
const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', '1', '') },
  { weight: 3, arbitrary: kind.map((name) => [name]) },
  { weight: 2, arbitrary: fc.array(piece, { minLength: 2, maxLength: 4 }) },
)

/** Pieces that name a convertor become parameters, each with a name of its own. */
const braces = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => {
  let count = 0
  const toText = (part: string): string =>
    part === '' || part.startsWith(':') ? `{p${count++}${part}}` : part
  return segments
    .map((parts) => `/${typeof parts === 'string' ? parts : parts.map(toText).join('')}`)
    .join('')
})

const colonSegment = fc.constantFrom('a', 'b', '1', '', ':', ':', ':?')
const colons = fc
  .tuple(fc.array(colonSegment, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([segments, open]) => {
    const named = segments.map((part, index) =>
      part.startsWith(':') ? `:p${index}${part.slice(1)}` : part,
    )
    return `/${[...named, ...(open ? ['*'] : [])].join('/')}`
  })

const methods = fc.constantFrom(undefined, undefined, ['GET'], ['POST'], ['GET', 'PUT'])
const type = fc.constantFrom(undefined, 'http', 'http', 'websocket')

const route = fc
  .tuple(fc.oneof(braces, colons), fc.integer({ min: 0, max: 3 }), methods, type)
  .map(([path, dice, allowed, scopeType]): NaiveRoute => {
    // A prefix has no slash at its end, and nothing in it may be missing.
    if (dice === 0 && !/[?*]/.test(path)) return { path: path.replace(/\/+$/, ''), prefix: true }
    return {
      path,
      ...(allowed === undefined ? {} : { methods: allowed }),
      ...(scopeType === undefined ? {} : { type: scopeType as 'http' | 'websocket' }),
    }
  })

const characters = ['a', 'b', '1', '2', '-', '.', '/', '/', '/', '\n', '%', 'é', 'A', '//']
/** Short enough for any number of adjacent parameters: a convertor of one's own has a limit of tests. */
const noise = fc
  .array(fc.constantFrom(...characters, UUID), { maxLength: 9 })
  .map((parts) => `/${parts.join('')}`)
  .filter((path) => path.length < 64)

const VALUES: Readonly<Record<string, readonly string[]>> = {
  str: ['a', 'a-b', '1.2', '-', '%2F'],
  int: ['1', '007', '12'],
  float: ['1', '1.5', '0.0'],
  uuid: [UUID, UUID.replaceAll('-', '').toUpperCase(), UUID.slice(1)],
  path: ['', 'a', 'a/b', '/', 'a//1/'],
  tag: ['a', 'ab1', 'b'],
}

/** A path that is likely to match: the route's own, with values in its places. */
function likely(path: string, choice: number): string {
  let turn = choice
  const valueFor = (name: string): string => {
    const values = VALUES[name] ?? ['']
    return values[turn++ % values.length] ?? ''
  }
  return path
    .replace(/\{\w+(?::(\w+))?\}/g, (_, name: string | undefined) => valueFor(name ?? 'str'))
    .replace(/\/:\w+(\?)?/g, (_, open) => (open && turn++ % 2 ? '' : `/${valueFor('str')}`))
    .replace(/\*$/, () => valueFor('path'))
}

const requested = fc.record({
  route: fc.nat(),
  choice: fc.nat(30),
  tail: fc.constantFrom('', '', '', '/', '/a', '\n', '-'),
  noise: fc.option(noise, { freq: 3 }),
  type: fc.constantFrom('http', 'http', 'websocket'),
  method: fc.constantFrom('GET', 'GET', 'POST', 'PUT'),
})

t.test('finds the first matching route, as if each were tried in turn', async (t) => {
  const runs = { matched: 0, partial: 0, missed: 0 }

  fc.assert(
    fc.property(
      fc.array(route, { minLength: 1, maxLength: 8 }),
      fc.array(requested, { minLength: 4, maxLength: 10 }),
      (routes, requests) => {
        const table = new Table(routes.map(({ path, ...options }) => entryOf(path, options)))
        const naive = new NaiveRouter(routes)
        for (const request of requests) {
          const model = routes[request.route % routes.length]
          const path = request.noise ?? likely(model?.path ?? '', request.choice) + request.tail
          // Only a mount's own router sees the empty path, and it has no route for it.
          if (path === '') continue
          const { type, method } = request as { type: 'http' | 'websocket'; method: string }
          const found = lookUp(table, path, type, method)
          const wanted = naive.find(path, type, method)
          if (Array.isArray(found)) runs[found.length > 0 ? 'partial' : 'missed']++
          else runs.matched++
          if (JSON.stringify(found) !== JSON.stringify(wanted)) {
            throw new Error(
              `${type} ${method} ${JSON.stringify(path)}: found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`,
            )
          }
        }
      },
    ),
    { numRuns: 3000 },
  )

  // The generators are of no use unless all three happen often.
  t.ok(runs.matched > 2000, `${runs.matched} matched`)
  t.ok(runs.partial > 500, `${runs.partial} matched with other methods`)
  t.ok(runs.missed > 2000, `${runs.missed} matched nothing`)
})
