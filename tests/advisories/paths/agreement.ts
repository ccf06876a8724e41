// Guard and router read one path: shown for many targets as they stand on the wire.
import fc from 'fast-check'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { httpMiddleware } from '../../../lib/authoring/httpmiddleware.ts'
import { isAuthority } from '../../../lib/http/hosts.ts'
import { parseTarget } from '../../../lib/protocol/target.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount, Route, Router } from '../../../lib/routing.ts'
import type { App, Middleware } from '../../../lib/types.ts'
import { attack, CLOSE } from '../../support/guarded.ts'
import { runs } from '../../support/runs.ts'
import { listening, request } from '../../support/sockets.ts'

const PREFIX = ['/admin', '/admin', '/%61dmin', '/adm%69n', '//admin', '%2Fadmin', '/x/../admin']
const PIECES = [
  '/',
  '//',
  ';',
  ';a=b',
  '%2F',
  '%2f',
  '%252F',
  '%2e',
  '%2E%2e',
  '.',
  '..',
  '/../',
  '\\',
  '%5C',
  'admin',
  '%61dmin',
  '/admin/',
  'ADMIN',
  'Admin',
  'adm%C4%B1n', // a dotless i, which is I in upper case
  '%EF%BD%81dmin', // a wide a, which normalises to a
  'adm%C3%ADn',
  '%00',
  '%0A',
  '%20',
  '%25',
  '%3F',
  '%23',
  '@',
  ':',
  'x',
  '%C3%A9',
]
const target = fc
  .tuple(
    fc.constantFrom('', ...PREFIX),
    fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }),
    fc.constantFrom('', '', '?', '?/admin/x'),
  )
  .map(([prefix, pieces, query]) => `${prefix}${pieces.join('')}${query}`)
  .map((text) => (text.startsWith('/') ? text : `/${text}`))

const TARGETS = runs(2_000)
const BATCH = 250
const TEXTS = runs(10_000)

t.test(
  'CVE-2026-2880 GHSA-8p85-9qpw-fwgw CVE-2026-33804 CVE-2026-14198: a guard runs exactly where its route matches',
  async (t) => {
    const seen = new Map<string, Set<string>>()
    const note = (path: string, what: string): void => {
      seen.set(path, (seen.get(path) ?? new Set()).add(what))
    }
    const noting =
      (what: string): Middleware =>
      (app) =>
      (scope, receive, send) => {
        if (scope.type === 'http') note(scope.rawPath, what)
        return app(scope, receive, send)
      }
    const answer = new PlainTextResponse('')
    const matched: App = (scope, receive, send) => {
      if (scope.type === 'http') note(scope.rawPath, 'route')
      return answer.respond(scope, receive, send)
    }
    const byPath: Middleware = (app) => (scope, receive, send) => {
      if (scope.type === 'http' && scope.path.startsWith('/admin/')) note(scope.rawPath, 'path')
      return app(scope, receive, send)
    }
    const byURL = httpMiddleware((request, next) => {
      if (request.url.pathname.startsWith('/admin/')) note(request.scope.rawPath, 'url')
      return next(request)
    })
    const app = Application({
      routes: [
        Route('/{name}', () => answer),
        Mount('/admin', matched, { middleware: [noting('mount')] }),
        Mount('/x', Router([Route('/{rest:path}', () => answer)])),
      ],
      middleware: [noting('any'), byPath, byURL],
    })
    const { connect } = await listening(t, app)
    const targets = fc.sample(target, TARGETS)

    for (let start = 0; start < TARGETS; start += BATCH) {
      const client = await connect()
      const lines = targets.slice(start, start + BATCH).map((text) => request(`GET ${text}`))
      client.send(lines.join('') + request('GET /last', [CLOSE]))
      await client.end()
    }

    const isWrong = ([, what]: [string, Set<string>]): boolean => what.size !== 1 && what.size !== 5
    t.strictSame([...seen].filter(isWrong), [], 'all of the guards and the route, or none')
    t.equal(seen.size, new Set(targets.map((text) => text.replace(/\?.*/, ''))).size + 1)
    const count = [...seen.values()].filter((what) => what.has('route')).length
    t.ok(
      count > TARGETS / 30 && count < seen.size - TARGETS / 30,
      `${count} of ${seen.size} were matched`,
    )
  },
)

t.test('CVE-2026-2880 GHSA-8p85-9qpw-fwgw: no spelling of a path bypasses a guard', async (t) => {
  const targets = fc.sample(target, 2_000).map((text) => request(`GET ${text}`))
  await attack(t, async (talk, t) => {
    for (let start = 0; start < targets.length; start += BATCH) {
      const batch = targets.slice(start, start + BATCH).join('')
      const received = await talk(batch + request('GET /last', [CLOSE]))
      t.match(received, /open$/)
      t.notMatch(received, /secret/)
    }
  })
})

t.test('CVE-2025-58362 GHSA-9hp6-4448-45g2: a path is read as URL parsers do', (t) => {
  const text = fc
    .array(fc.constantFrom('?', '#', ';', '@', ':', '/', '//', '/admin', '%61', '=', 'x', '8'), {
      maxLength: 8,
    })
    .map((pieces) => `http://h${pieces.join('')}`)
  let read = 0
  fc.assert(
    fc.property(text, (text) => {
      const target = parseTarget(text)
      if (target?.authority === undefined || !isAuthority(target.authority)) return true
      if (!URL.canParse(text)) return true // a port that is too large
      read++
      const url = new URL(text)
      const { rawPath, queryString, authority } = target
      return (
        url.pathname === rawPath &&
        url.search.slice(1) === queryString &&
        url.host === new URL(`http://${authority}`).host
      )
    }),
    { numRuns: TEXTS },
  )
  t.ok(read > TEXTS / 10, `${read} were targets`)
  t.end()
})

t.test(
  'CVE-2025-58362 GHSA-9hp6-4448-45g2: a character that ends an authority does not change the path',
  async (t) => {
    await attack(t, async (talk, t) => {
      for (const [target, answer] of [
        ['http://x?y/admin/x', /open$/],
        ['http://x?/admin/x', /open$/],
        ['http://x;y/admin/x', /no key$/],
        ['http://x:80/admin/x', /no key$/],
        ['http://x#y/admin/x', /400 Bad Request/],
        ['http://x@y/admin/x', /400 Bad Request/],
        ['http://x:y/admin/x', /400 Bad Request/],
        ['/?/admin/x', /open$/],
        ['//x/admin/x', /open$/],
      ] as const) {
        t.match(await talk(request(`GET ${target}`, [CLOSE])), answer, target)
      }
    })
  },
)
