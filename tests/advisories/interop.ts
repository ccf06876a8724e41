// Advisories of other projects about apps inside apps: both read one path, and nothing gets lost.
import type { IncomingMessage } from 'node:http'
import express from 'express'
import fc from 'fast-check'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { fromConnect } from '../../lib/interop/fromconnect.ts'
import { fromNode } from '../../lib/interop/fromnode.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'
import { folderOf } from '../support/folder.ts'
import { CLOSE, needsKey } from '../support/guarded.ts'
import { bodyOf, listening, request, statuses } from '../support/sockets.ts'

const directory = folderOf(t, { admin: { 's.txt': 'secret' }, 'page.txt': 'page' })

/** Express with a guard of its own before some of its files. */
function expressSite(): App {
  const site = express()
  site.use('/admin', (_request, response) => void response.status(401).send('no key'))
  site.use(express.static(directory))
  return fromNode(site)
}

/** Tells which URLs an app inside has got. */
const told = fromNode((inside, response) => {
  const { url, baseUrl, originalUrl } = inside as IncomingMessage & Record<string, string>
  response.end([baseUrl, url, originalUrl].join(' '))
})

t.test('CVE-2026-33732: an absolute-form target does not change the inner path', async (t) => {
  const { talk } = await listening(t, Application({ routes: [Mount('/in', told)] }))

  const received = await talk(request('GET http://other:81/in/x?y', [CLOSE]))

  t.equal(bodyOf(received), '/in /x?y /in/x?y')
})

t.test('CVE-2026-33490 GHSA-2j6q-whv2-gh6w: a mount matches only whole segments', async (t) => {
  const { talk } = await listening(t, Application({ routes: [Mount('/admin', told)] }))

  for (const target of ['/administrator', '/admin-x', '/adminx/y', '/admin%20/y']) {
    t.strictSame(statuses(await talk(request(`GET ${target}`, [CLOSE]))), [404], target)
  }
  t.equal(bodyOf(await talk(request('GET /admin/', [CLOSE]))), '/admin / /admin/')
})

t.test('CVE-2026-47676 GHSA-2gcr-mfcq-wcc3: a decoded prefix is removed once', async (t) => {
  const { talk } = await listening(t, Application({ routes: [Mount('/données', told)] }))
  const ask = async (target: string): Promise<string> =>
    bodyOf(await talk(request(`GET ${target}`, [CLOSE])))

  t.equal(await ask('/donn%C3%A9es/x'), '/donn%C3%A9es /x /donn%C3%A9es/x')
  t.equal(await ask('/%64onn%c3%a9es/x'), '/donn%c3%a9es /x /donn%c3%a9es/x')
  t.equal(await ask('/donn%C3%A9es/a%2Fb'), '/donn%C3%A9es /a%2Fb /donn%C3%A9es/a%2Fb')
  t.equal(await ask('/donn%C3%A9es/%2541'), '/donn%C3%A9es /%2541 /donn%C3%A9es/%2541')
})

for (const [id, targets] of [
  [
    'CVE-2026-39407 CVE-2026-39406',
    ['//admin/s.txt', '/admin//s.txt', '/./admin/s.txt', '/x/../admin/s.txt'],
  ],
  [
    'CVE-2026-29087 CVE-2026-6414',
    ['/admin%2Fs.txt', '/admin%2fs.txt', '/admin%252Fs.txt', '/%2Fadmin/s.txt'],
  ],
  ['CVE-2026-54286', ['/admin%5Cs.txt', '/..%5C..%5Cs.txt', '/C:%5Cs.txt', '/%5C%5Csrv%5Cs.txt']],
  ['CVE-2026-15074', ['/public/../admin/s.txt', '/public/%2e%2e/admin/s.txt', '/%2e/admin/s.txt']],
  [
    'GHSA-8pvw-jcv7-9cmj',
    ['/%61dmin/s.txt', '/admin/./s.txt', '/admin/x/../s.txt', '/admin/%73.txt'],
  ],
] as const) {
  t.test(`${id}: a guard of Stellula runs before the files of a mounted app`, async (t) => {
    const isGuarded = ({ url }: { url: URL }): boolean =>
      /^\/+(?:.*\/)?admin\b/.test(decodeURIComponent(url.pathname))
    const app = Application({
      routes: [Mount('/', expressSite())],
      middleware: [needsKey(isGuarded)],
    })
    const { talk } = await listening(t, app)
    t.match(await talk(request('GET /page.txt', [CLOSE])), /200 OK.*page$/s)

    for (const target of targets) {
      const received = await talk(request(`GET ${target}`, [CLOSE]))
      t.notMatch(received, /secret/, target)
      t.notMatch(received, /200 OK/, target)
    }
  })
}

t.test('CVE-2026-22037: a guard of Express gets the path that was matched', async (t) => {
  const { talk } = await listening(t, Application({ routes: [Mount('/in', expressSite())] }))

  for (const target of [
    '/in/admin/s.txt',
    '/in/%61dmin/s.txt',
    '/%69n/%61%64min/s.txt',
    '/in%2Fadmin/s.txt',
  ]) {
    const received = await talk(request(`GET ${target}`, [CLOSE]))
    t.match(received, /401 .*no key$/s, target)
  }
})

t.test(
  'CVE-2026-22037 CVE-2026-33808 CVE-2026-33807: a middleware runs once for each path of its route',
  async (t) => {
    const runs: string[] = []
    const counted = fromConnect((inside, _response, next) => {
      runs.push(inside.url ?? '')
      next()
    })
    const secret = Router([Route('/{rest:path}', () => new PlainTextResponse('secret'))])
    const app = Application({
      routes: [
        Mount('/a', Router([Mount('/admin', secret, { middleware: [counted] })])),
        Route('/{rest:path}', () => new PlainTextResponse('open')),
      ],
    })
    const { talk } = await listening(t, app)

    for (const target of [
      '/a/admin/',
      '/a/%61dmin/x',
      '/%61/admin/x',
      '/a%2Fadmin/x',
      '/a/admin//x',
    ]) {
      runs.length = 0
      t.match(await talk(request(`GET ${target}`, [CLOSE])), /secret$/, target)
      t.equal(runs.length, 1, target)
    }
    for (const target of ['//a/admin/x', '/a//admin/x', '/A/admin/x', '/a/administrator']) {
      runs.length = 0
      t.notMatch(await talk(request(`GET ${target}`, [CLOSE])), /secret$/, target)
      t.equal(runs.length, 0, target)
    }
  },
)

t.test(
  'CVE-2026-2880 CVE-2026-33804 CVE-2026-14198: the guard runs exactly where the route matches',
  async (t) => {
    let guarded = 0
    let served = 0
    const guard = fromConnect((_request, _response, next) => {
      guarded++
      next()
    })
    const inside = fromNode((_, response) => {
      served++
      response.end()
    })
    const app = Application({ routes: [Mount('/admin', inside, { middleware: [guard] })] })
    await using client = await testClient(app, { followRedirects: false, lint: false })
    const unit = fc.constantFrom(
      '/',
      'admin',
      '%61dmin',
      'ADMIN',
      '%2F',
      ';',
      '..',
      '.',
      '%2e',
      '%5C',
      'x',
      '%C3%A9',
    )

    await fc.assert(
      fc.asyncProperty(fc.string({ unit, maxLength: 6 }), async (path) => {
        guarded = served = 0
        const rawPath = `/${path}`
        const { status } = await client.get('/', {
          scope: { rawPath, path: decodeURIComponent(rawPath) },
        })
        // The redirect to the slash is an answer of the mount, so the guard sees it too.
        return guarded < 2 && (status === 307 ? served === 0 : guarded === served)
      }),
      { seed: 12, numRuns: 1_000 },
    )
    t.pass('for all of them')
  },
)

t.test('fastify 5.12.2: a mounted app fails only after the guard has run', async (t) => {
  const app = Application({ routes: [Mount('/', expressSite())], middleware: [needsKey()] })
  const { talk } = await listening(t, app)

  for (const line of [
    'GET /nowhere',
    `GET /${'x'.repeat(10_240)}`,
    'OPTIONS /',
    'PROPFIND /x',
    'TRACE /x',
  ]) {
    t.strictSame(statuses(await talk(request(line, [CLOSE]))), [401], line.slice(0, 30))
  }
  t.strictSame(statuses(await talk(request('GET /%zz', [CLOSE]))), [400])
})

t.test(
  'CVE-2026-54287 CVE-2026-54289 CVE-2026-59897: repeated fields are not joined in either direction',
  async (t) => {
    const app = fromNode((inside, response) => {
      response.setHeader('set-cookie', ['a=1; expires=Thu, 01 Jan 2099 00:00:00 GMT', 'b=2'])
      response.writeHead(200, { 'x-a': inside.headersDistinct['x-a'] ?? [] })
      response.end(
        inside.rawHeaders.filter((_, index) => inside.rawHeaders[index - 1] === 'x-a').join('|'),
      )
    })
    const behind = fromConnect((_request, _response, next) => next())(app)

    for (const each of [app, behind]) {
      const { talk } = await listening(t, each, { lifespan: 'off' })
      const received = await talk(request('GET /', [CLOSE, 'x-a: 1', 'x-a: 2, 3', 'x-a: 4']))
      t.strictSame(received.match(/^set-cookie: .*$/gim)?.length, 2)
      t.strictSame(received.match(/^x-a: .*$/gim), ['x-a: 1', 'x-a: 2, 3', 'x-a: 4'])
      t.match(bodyOf(received), /^(?:8\r\n)?1\|2, 3\|4/)
    }
  },
)
