// Advisories of other projects where two layers read one path differently: no way past a guard.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { Request } from '../../lib/requests.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'
import { attack, CLOSE, guarded, needsKey } from '../support/guarded.ts'
import { httpScope } from '../support/scopes.ts'
import { bodyOf, listening, request, statuses } from '../support/sockets.ts'

t.test('CVE-2026-48710 GHSA-86qp-5c8j-p5mr: no Host changes the path', async (t) => {
  await attack(t, async (talk, t) => {
    for (const host of ['x/public?', 'x/public#', 'x?', 'x#', 'x\\', 'a b', '[', 'x/public?:80']) {
      const received = await talk(`GET /admin/x HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
      t.strictSame(statuses(received), [400], host)
    }
  })
})

t.test('CVE-2026-33131: an authority before the path does not bypass the guard', async (t) => {
  await attack(t, async (talk, t) => {
    for (const host of ['localhost:3000/x?', 'localhost:3000/x#', 'x@localhost:3000', '@/x?']) {
      const received = await talk(`GET /admin/x HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
      t.strictSame(statuses(received), [400], host)
    }
  })
})

// Another server, or a test, may hand such a scope on.
for (const [where, app] of guarded) {
  t.test(`CVE-2026-48710 GHSA-86qp-5c8j-p5mr: behind a server too, guard ${where}`, async (t) => {
    await using client = await testClient(app)
    for (const host of ['x/public?', 'x#', 'x\\', 'a b', '[', 'a@b:1', ':', '', 'x/../public?']) {
      const response = await client.get('/admin/x', { headers: { host } })
      t.equal(response.status, 401, host)
    }
  })
}

t.test('CVE-2026-54282 GHSA-jp82-jpqv-5vv3: a path without a slash is no host', async (t) => {
  for (const path of [
    '@evil.com',
    '.evil.com/',
    ':80@evil.com',
    '\\@evil.com',
    '@evil.com/admin/x',
  ]) {
    const { url } = new Request(httpScope({ path, headers: ['host', 'good.example'] }))
    t.equal(url.hostname, 'good.example', path)
    t.equal(url.username + url.password + url.port, '', path)
  }

  await attack(t, async (talk, t) => {
    for (const target of ['@evil.com', '@evil.com/admin/x', 'admin/x', '.evil.com/admin/x']) {
      t.strictSame(statuses(await talk(request(`GET ${target}`, [CLOSE]))), [400], target)
    }
  })
})

t.test('CVE-2026-33732 GHSA-p36q-q72m-gchr: absolute-form does not bypass the guard', async (t) => {
  await attack(t, async (talk, t) => {
    for (const target of [
      'http://evil/admin/x',
      'HTTP://test/%61dmin/x?/',
      'https://a:1/admin/x',
    ]) {
      t.strictSame(statuses(await talk(request(`GET ${target}`, [CLOSE]))), [401], target)
    }
    for (const target of ['http:///admin/x', 'http://a@test/admin/x', 'ftp://test/admin/x']) {
      t.strictSame(statuses(await talk(request(`GET ${target}`, [CLOSE]))), [400], target)
    }
  })
})

const told: App = async (scope, receive, send) => {
  if (scope.type !== 'http') return
  const { url, headers } = new Request(scope)
  const text = [scope.path, url.href, headers.getAll('host').join()].join(' ')
  await new PlainTextResponse(text).respond(scope, receive, send)
}

t.test('CVE-2026-33732 GHSA-p36q-q72m-gchr: the target overrides the Host field', async (t) => {
  const { talk } = await listening(t, told, { lifespan: 'off' })

  const received = await talk(request('GET http://other:81/a%20b?c', [CLOSE]))

  t.equal(bodyOf(received), '/a b http://other:81/a%20b?c other:81')
})

t.test('CVE-2026-33490 GHSA-2j6q-whv2-gh6w: a mount matches only whole segments', async (t) => {
  const inside = Mount('/admin', new PlainTextResponse('inside'), { middleware: [needsKey()] })
  const { talk } = await listening(t, Application({ routes: [inside] }))
  const status = async (target: string): Promise<number[]> =>
    statuses(await talk(request(`GET ${target}`, [CLOSE])))

  for (const target of ['/administrator', '/admin-x', '/adminx/y', '/admin%20/y', '/admin;/y']) {
    t.strictSame(await status(target), [404], target)
  }
  for (const target of ['/admin/', '/admin/x', '/admin//']) {
    t.strictSame(await status(target), [401], target)
  }
  // RT-33: the redirect is an answer of the mount, and so behind its guard.
  t.strictSame(await status('/admin'), [401])
})

t.test(
  'CVE-2026-47676 GHSA-2gcr-mfcq-wcc3: a prefix is matched and removed once, in the decoded path',
  async (t) => {
    const inside: App = async (scope, receive, send) => {
      if (scope.type !== 'http') return
      const rest = scope.path.slice(scope.rootPath.length)
      await new PlainTextResponse(`inside ${rest}`).respond(scope, receive, send)
    }
    const mount = Mount('/données', inside, { middleware: [needsKey()] })
    const { talk } = await listening(t, Application({ routes: [mount] }))
    const ask = (target: string, key = ''): Promise<string> =>
      talk(request(`GET ${target}`, [CLOSE, `authorization: ${key}`]))

    for (const [target, rest] of [
      ['/donn%C3%A9es/x', '/x'],
      ['/%64onn%c3%a9es/x', '/x'],
      ['/donn%C3%A9es/a%20b', '/a b'],
      ['/donn%C3%A9es/%252Fx', '/%2Fx'],
      ['/donn%C3%A9es/%2561', '/%61'],
      // RT-17: a decoded slash is one, for the guard as for the mount.
      ['/donn%C3%A9es%2Fx', '/x'],
      ['/donn%C3%A9es/a%2Fb', '/a/b'],
    ] as const) {
      t.strictSame(statuses(await ask(target)), [401], target)
      t.equal(bodyOf(await ask(target, 'key')), `inside ${rest}`, target)
    }
    for (const target of [
      '/donn%25C3%25A9es/x',
      '/%2564onn%C3%A9es/x',
      '/donnees/x',
      '/DONN%C3%89ES/x',
    ]) {
      t.strictSame(statuses(await ask(target, 'key')), [404], target)
    }
  },
)

// 23, as far as a guard is concerned; where redirects lead is tested in redirects.ts.
t.test('CVE-2020-28724: the slash redirect does not bypass the guard', async (t) => {
  const app = Application({
    routes: [Mount('/admin', new PlainTextResponse('secret'), { middleware: [needsKey()] })],
  })
  await using client = await testClient(app)
  for (const target of ['/admin', '/%61dmin', '/admin?next=/admin/']) {
    const response = await client.get(target)
    t.strictSame([response.redirected, response.status], [false, 401], target)
  }
  t.equal((await client.get('//admin')).status, 404)
})

t.test('fastify 5.12.2: an app fails only after the guard has run', async (t) => {
  const app = Application({
    routes: [Route('/only/{name}', () => new PlainTextResponse('secret'), { methods: ['POST'] })],
    middleware: [needsKey()],
  })
  const { talk } = await listening(t, app)
  for (const line of [
    'POST /only/x',
    `POST /only/${'x'.repeat(10_240)}`,
    `GET /${'x/'.repeat(5_120)}`,
    'GET /nowhere',
    'GET /only/x',
    'OPTIONS /only/x',
    'OPTIONS *',
    'PROPFIND /only/x',
    'HEAD /only/x/',
  ]) {
    t.strictSame(statuses(await talk(request(line, [CLOSE]))), [401], line.slice(0, 40))
  }
})

t.test('fastify 5.12.2: no app sees a path that cannot be decoded', async (t) => {
  let called = 0
  const { talk } = await listening(t, async () => {
    called++
  })
  called = 0 // by the lifespan
  for (const target of ['/%zz', '/%', '/%c3', '/%c0%ae', '/a%ff?b', 'http://a/%zz']) {
    t.strictSame(statuses(await talk(request(`GET ${target}`, [CLOSE]))), [400], target)
  }
  t.equal(called, 0)
})

t.test('fastify 5.12.2: a guard covers routes that were added before and after it', async (t) => {
  const secret = (): PlainTextResponse => new PlainTextResponse('secret')
  const router = Router([Route('/a', secret)])
  const app = Application({ routes: [Mount('/in', router)] })
  app.add(Route('/b', secret))
  app.addMiddleware(needsKey())
  app.add(Route('/c', secret))
  router.add(Route('/d', secret))
  await using client = await testClient(app)
  t.equal((await client.get('/b')).status, 401)
  app.add(Route('/e', secret))
  router.add(Route('/f', secret))

  for (const path of ['/in/a', '/b', '/c', '/in/d', '/e', '/in/f', '/nowhere', '/in/nowhere']) {
    t.equal((await client.get(path)).status, 401, path)
    const { status } = await client.get(path, { headers: { authorization: 'key' } })
    t.equal(status, path.endsWith('nowhere') ? 404 : 200, path)
  }
})
