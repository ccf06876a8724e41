// Published advisories about adapters between our apps and those of the fetch world. Each test is named
// by the advisory.
import fc from 'fast-check'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { fetchResponse } from '../../lib/interop/fetchresponse.ts'
import { fromFetch } from '../../lib/interop/fromfetch.ts'
import { Route } from '../../lib/routing.ts'
import { toFetch } from '../../lib/servers/fetch.ts'
import type { App, HeaderList } from '../../lib/types.ts'
import { bodyOf, listening, request } from '../support/sockets.ts'

/** Answers with these fields. */
function answering(headers: HeaderList, seen: (headers: HeaderList) => void = () => {}): App {
  return async (scope, _receive, send) => {
    if (scope.type !== 'http') throw new Error(`not asked for: ${scope.type}`)
    seen(scope.headers)
    await send({ type: 'http.response.start', status: 200, headers: [...headers] })
    await send({ type: 'http.response.body' })
  }
}

/** The values of a name in a raw head, in order. */
function valuesOf(received: string, name: string): string[] {
  return [...received.matchAll(new RegExp(`^${name}: (.*)\r$`, 'gim'))].map(
    ([, value = '']) => value,
  )
}

const FIELDS = [
  'set-cookie',
  'a=1; Path=/',
  'set-cookie',
  'b=2, c',
  'x-a',
  '1',
  'x-a',
  '2',
  'x-a',
  '3',
]

t.test(
  'CVE-2026-54287, CVE-2026-54289, CVE-2026-59897 (81): every field is passed on, and cookies are not joined',
  async (t) => {
    const seen: HeaderList[] = []
    const inner = toFetch(answering(FIELDS, (headers) => seen.push(headers)))
    const paths: Record<string, App> = {
      'toFetch in fromFetch': fromFetch(inner),
      'fetchResponse of toFetch': Application({
        routes: [
          Route('/', async ({ headers }) => {
            const given = new globalThis.Request('http://h/', { headers: [...headers] })
            return fetchResponse(await inner(given))
          }),
        ],
      }),
    }
    for (const [name, app] of Object.entries(paths)) {
      const { talk } = await listening(t, app)
      const fields = ['x-b: 1', 'x-b: 2', 'cookie: c=1', 'cookie: d=2', 'connection: close']
      const received = await talk(request('GET /', fields))

      t.same(valuesOf(received, 'set-cookie'), ['a=1; Path=/', 'b=2, c'], name)
      t.equal(valuesOf(received, 'x-a').join(', '), '1, 2, 3', name)
      t.equal(bodyOf(received), '')
    }
    for (const headers of seen) {
      t.equal(headers[headers.indexOf('x-b') + 1], '1, 2')
    }
    t.equal(seen[0]?.[seen[0].indexOf('cookie') + 1], 'c=1; d=2')
  },
)

t.test('CVE-2026-54287 (81): any fields pass unchanged in both directions', async () => {
  const name = fc.stringMatching(/^x-[a-z]{1,3}$/)
  const value = fc.stringMatching(/^[!-~\u00a1-\u00ff]([ -~]{0,8}[!-~])?$/)
  const field = fc.oneof(fc.tuple(name, value), fc.tuple(fc.constant('set-cookie'), value))
  const byName = (list: Iterable<readonly [string, string]>): Record<string, string[]> => {
    const result: Record<string, string[]> = {}
    for (const [key, text] of list) {
      const values = result[key] ?? []
      result[key] = values
      // What fetch has joined is the same as what it was.
      if (key === 'set-cookie' || values.length === 0) values.push(text)
      else values[0] += `, ${text}`
    }
    return result
  }
  await fc.assert(
    fc.asyncProperty(fc.array(field, { maxLength: 8 }), async (fields) => {
      let arrived: [string, string][] = []
      const app = answering(fields.flat(), (headers) => {
        arrived = headers.flatMap((key, index) =>
          index % 2 === 0 && key !== 'host'
            ? [[key, headers[index + 1] ?? ''] as [string, string]]
            : [],
        )
      })
      const sent = fields.filter(([key]) => key !== 'set-cookie')
      const response = await toFetch(app)(new globalThis.Request('http://h/', { headers: sent }))

      const back = [...response.headers].filter(([key]) => key !== 'content-length')
      assertSame(byName(back), byName(fields))
      assertSame(byName(arrived), byName(sent))
    }),
  )
})

function assertSame(actual: Record<string, string[]>, wanted: Record<string, string[]>): void {
  const text = (record: Record<string, string[]>): string =>
    JSON.stringify(Object.entries(record).sort())
  if (text(actual) !== text(wanted)) throw new Error(`${text(actual)} is not ${text(wanted)}`)
}
