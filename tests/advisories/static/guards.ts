// Advisories of other projects where a guard and the file server behind it read one path differently.
import path from 'node:path'
import t, { type Test } from 'tap'
import { Application } from '../../../lib/applications.ts'
import { Mount } from '../../../lib/routing.ts'
import { StaticFiles } from '../../../lib/staticfiles.ts'
import { CLOSE, needsKey } from '../../support/guarded.ts'
import { leaky, SECRET } from '../../support/leaky.ts'
import { listening, request, statuses } from '../../support/sockets.ts'

/** All files are served at the root; `admin` asks for a key, in all places where people ask. */
async function attack(
  t: Test,
  ask: (
    status: (target: string, key?: string) => Promise<number | undefined>,
    t: Test,
  ) => Promise<void>,
): Promise<void> {
  const site = StaticFiles({ directory: path.join(leaky(t), 'site'), html: true })
  const admin = StaticFiles({ directory: path.join(leaky(t), 'site/admin') })
  for (const [where, app] of [
    [
      'around a mount before',
      Application({
        routes: [Mount('/admin', admin, { middleware: [needsKey()] }), Mount('/', site)],
      }),
    ],
    [
      'outside, by scope.path',
      Application({
        routes: [Mount('/', site)],
        middleware: [needsKey(({ scope }) => scope.path.startsWith('/admin/'))],
      }),
    ],
    [
      'outside, by request.url',
      Application({
        routes: [Mount('/', site)],
        middleware: [needsKey(({ url }) => url.pathname.startsWith('/admin/'))],
      }),
    ],
  ] as const) {
    await t.test(`guard ${where}`, async (t) => {
      const { talk } = await listening(t, app)
      const status = async (target: string, key = ''): Promise<number | undefined> => {
        const received = await talk(request(`GET ${target}`, [CLOSE, `authorization: ${key}`]))
        if (key === '' && received.includes(SECRET)) t.fail(`${target} gave the secret`)
        return statuses(received)[0]
      }
      t.equal(await status('/admin/s.txt', 'key'), 200, 'the key opens it')
      t.equal(await status('/admin/s.txt'), 401, 'nothing else does')

      await ask(status, t)
    })
  }
}

t.test(
  'CVE-2026-39407 CVE-2026-39406 GHSA-92pp-h63x-v22m: no empty segment is dropped',
  async (t) => {
    await attack(t, async (status, t) => {
      for (const target of [
        '//admin/s.txt',
        '///admin/s.txt',
        '/.//admin/s.txt',
        '/%2Fadmin/s.txt',
      ]) {
        t.equal(await status(target, 'key'), 404, target)
        t.equal(await status(target), 404, target)
      }
      for (const target of ['/admin//s.txt', '/admin/.//s.txt', '/admin/%2Fs.txt']) {
        t.equal(await status(target, 'key'), 404, target)
        t.equal(await status(target), 401, target)
      }
    })
  },
)

t.test(
  'CVE-2026-29087 GHSA-wc8c-qw6v-h7f6 CVE-2026-6414 GHSA-x428-ghpx-8j92 GHSA-q5qw-h33p-qvwr: an encoded slash does not bypass a guard',
  async (t) => {
    await attack(t, async (status, t) => {
      for (const target of [
        '/admin%2Fs.txt',
        '/admin%2fs.txt',
        '/admin%252Fs.txt',
        '/public%2F..%2Fadmin%2Fs.txt',
        '/admin%25252fs.txt',
      ]) {
        t.equal(await status(target, 'key'), 404, target)
        t.match(await status(target), /^40[14]$/, target)
      }
    })
  },
)

t.test(
  'CVE-2026-54286 GHSA-wwfh-h76j-fc44 GHSA-frvp-7c67-39w9: a backslash is not a separator',
  async (t) => {
    await attack(t, async (status, t) => {
      for (const target of [
        '/admin%5Cs.txt',
        '/admin%5cs.txt',
        '/%5Cadmin%5Cs.txt',
        '/public%5C..%5Cadmin/s.txt',
        '/..%5C..%5Cx',
        '/C:%5Cx',
        '/%5C%5Csrv%5Cs',
        '/admin%255Cs.txt',
      ]) {
        t.equal(await status(target, 'key'), 404, target)
        t.equal(await status(target), 404, target)
      }
    })
  },
)

t.test('CVE-2026-15074 GHSA-83w8-p2f5-377r: dot segments do not change the folder', async (t) => {
  await attack(t, async (status, t) => {
    for (const target of [
      '/public/../admin/s.txt',
      '/x/../admin/s.txt',
      '/./admin/s.txt',
      '/public/%2e%2e/admin/s.txt',
      '/public/..%2fadmin/s.txt',
      '/../admin/s.txt',
    ]) {
      t.equal(await status(target, 'key'), 404, target)
      t.equal(await status(target), 404, target)
    }
  })
})

t.test('GHSA-8pvw-jcv7-9cmj: only the normal form of a path is served', async (t) => {
  await attack(t, async (status, t) => {
    for (const target of [
      '/admin./s.txt',
      '/admin%20/s.txt',
      '/ADMIN/s.txt',
      '/admin;/s.txt',
      '/admin;x=y/s.txt',
      '/adm%00in/s.txt',
      '/admin::$INDEX_ALLOCATION/s.txt',
      '/ADMIN~1/s.txt',
      '/admin%E2%80%8B/s.txt',
      '/%EF%BD%81dmin/s.txt',
    ]) {
      t.equal(await status(target), 404, target)
    }
  })
})

t.test('CVE-2026-22037 GHSA-g6q3-96cp-5r5m: guard and files use one decoded path', async (t) => {
  await attack(t, async (status, t) => {
    for (const target of [
      '/%61dmin/s.txt',
      '/admin/%73.txt',
      '/%61%64%6d%69%6e/s%2etxt',
      '/admin/s.txt?/public',
      '/admin/s.txt?x=../public',
      'http://test/%61dmin/s.txt',
    ]) {
      t.equal(await status(target, 'key'), 200, target)
      t.equal(await status(target), 401, target)
    }
  })
})

t.test(
  'CVE-2020-28724 CVE-2021-22963: the redirect to a directory stays on its host',
  async (t) => {
    const root = t.testdir({
      'evil.com': { dir: { 'index.html': 'index' } },
      dir: { 'index.html': 'index' },
    })
    const { talk } = await listening(t, StaticFiles({ directory: root, html: true }))
    const locationOf = async (target: string): Promise<string | undefined> =>
      /\r\nlocation: (.*)\r\n/.exec(await talk(request(`GET ${target}`, [CLOSE])))?.[1]

    t.equal(await locationOf('/dir'), 'http://test/dir/')
    t.equal(await locationOf('/evil.com/dir'), 'http://test/evil.com/dir/')
    t.equal(await locationOf('/dir?//evil.com'), 'http://test/dir/?//evil.com')
    for (const target of [
      '//evil.com/dir',
      '/%2Fevil.com/dir',
      '/%5Cevil.com/dir',
      '//evil.com/..',
      '/.//evil.com/dir',
      '/evil.com/dir/..%2fdir',
    ]) {
      t.equal(await locationOf(target), undefined, target)
    }
  },
)

t.test('CVE-2024-43799 CVE-2024-43800: no answer contains text of the request', async (t) => {
  const root = t.testdir({ '<img src=x onerror=alert(1)>': { 'index.html': 'index' } })
  const { talk } = await listening(t, StaticFiles({ directory: root, html: true }))

  const redirect = await talk(request('GET /%3Cimg%20src=x%20onerror=alert(1)%3E', [CLOSE]))
  t.match(redirect, /^HTTP\/1\.1 307 .*\r\ncontent-length: 0\r\n/s)
  t.notMatch(redirect, /[<>]/)
  const missing = await talk(request('GET /%3Cscript%3E', [CLOSE]))
  t.match(missing, /^HTTP\/1\.1 404 .*\r\n\r\nNot Found$/s)
})

t.test('dotfiles: hidden files in the directory are not served', async (t) => {
  const { talk } = await listening(t, StaticFiles({ directory: path.join(leaky(t), 'site') }))

  for (const target of ['/.env', '/.git/config', '/%2Eenv', '/.git', '/public/../.env', '/ENV~1']) {
    const received = await talk(request(`GET ${target}`, [CLOSE]))
    t.same(statuses(received), [404], target)
    t.notMatch(received, SECRET)
  }
})

t.test('CVE-2016-10539 CVE-2017-16119: lists of codings and tags take linear time', async (t) => {
  const root = t.testdir({ 'a.js': 'a', 'a.js.br': 'br' })
  const { talk } = await listening(t, StaticFiles({ directory: root, precompressed: true }))
  const took = async (field: string): Promise<number> => {
    const before = process.cpuUsage()
    t.same(statuses(await talk(request('GET /a.js', [CLOSE, field]))).length, 1)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }
  for (const piece of [',', ' ,', ';', ' ', '"', 'gzip;q=0,', 'a;q=', 'W/"a",', '*,']) {
    const list = piece.repeat(12_000 / piece.length)
    for (const name of ['accept-encoding', 'if-none-match', 'if-match', 'accept']) {
      const time = await took(`${name}: x${list}`)
      t.ok(time < 500, `${name} ${piece} took ${time} ms`)
    }
  }
})
