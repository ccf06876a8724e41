// Advisories of other projects about files outside of the folder that is served.
//
// Rows 21 and 22 (@fastify/static GHSA-pr96-94w5-mx2h: listings; hono ssg: files that are written)
// have no test: nothing lists a directory, and nothing writes to one.
import path from 'node:path'
import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { Mount } from '../../lib/routing.ts'
import { servableName } from '../../lib/staticfiles/names.ts'
import { StaticFiles } from '../../lib/staticfiles.ts'
import { CLOSE } from '../support/guarded.ts'
import { leaky, SECRET } from '../support/leaky.ts'
import { bodyOf, listening, request, statuses } from '../support/sockets.ts'

type Ask = (
  target: string,
) => Promise<{ readonly status: number | undefined; readonly text: string }>

/** Asks for targets as they are, without a client that would put them in order. */
async function asking(t: Test, app: StaticFiles | Application): Promise<Ask> {
  const { talk } = await listening(t, app)
  return async (target) => {
    const received = await talk(request(`GET ${target}`, [CLOSE]))
    if (received.includes(SECRET)) t.fail(`${target} gave the secret`)
    return { status: statuses(received)[0], text: bodyOf(received) }
  }
}

/** Nothing is found at any of them. */
async function assertMissing(t: Test, ask: Ask, targets: readonly string[]): Promise<void> {
  for (const target of targets) t.equal((await ask(target)).status, 404, target)
}

const encoded = (text: string): string =>
  text.replace(/[./\\]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
const again = (text: string): string => text.replaceAll('%', '%25')

/** A step up, as it is and encoded once, twice and three times, whole and in part. */
const STEPS = ['../', '..\\'].flatMap((step) => {
  const once = [step, encoded(step), step.replace('..', '%2e%2e'), step.replace('..', '.%2E')]
  once.push(`..${encoded(step.slice(2))}`)
  const twice = once.map(again)
  return [...once, ...twice, ...twice.map(again)]
})

t.test('h3 GHSA-72gr-qfp7-vwhw: no encoding of ".." leads out of the directory', async (t) => {
  const root = leaky(t)
  const app = Application({
    routes: [Mount('/static', StaticFiles({ directory: path.join(root, 'site'), dotfiles: true }))],
  })
  const ask = await asking(t, app)
  t.equal((await ask('/static/a.txt')).text, 'a')

  for (const step of new Set(STEPS)) {
    for (const target of [
      `/static/${step}secret.txt`,
      `/static/public/${step}${step}secret.txt`,
      `/static/${step}${step}${step}${step}etc/passwd`,
      `/static/public/${step}a.txt`,
      `/static/${step}site/a.txt`,
      `/static/a.txt/${step}a.txt`,
    ]) {
      const { status } = await ask(target)
      t.match(status, /^40[04]$/, target)
    }
  }
})

t.test(
  'CVE-2023-29159 GHSA-v5gw-mw7f-84px: a sibling folder whose name begins alike is not served',
  async (t) => {
    const ask = await asking(t, StaticFiles({ directory: path.join(leaky(t), 'site') }))

    for (const target of [
      '/../site_disallow/secret.txt',
      '/..%2Fsite_disallow/secret.txt',
      '/../site-evil/secret.txt',
      '_disallow/secret.txt',
      '/%2e%2e/site_disallow/secret.txt',
    ]) {
      t.match((await ask(target)).status, /^40[04]$/, target)
    }
  },
)

t.test(
  'CVE-2024-32982 GHSA-83pv-qr33-2vcf: a name in one directory does not lead into another',
  async (t) => {
    const root = leaky(t)
    const directory = [path.join(root, 'more'), path.join(root, 'site')]
    const ask = await asking(t, StaticFiles({ directory }))
    t.equal((await ask('/a.txt')).text, 'a')
    t.equal((await ask('/b.txt')).text, 'b')

    await assertMissing(t, ask, [
      '/../secret.txt',
      '/../site/a.txt',
      '/../more/b.txt',
      '/..%5Csecret.txt',
    ])
  },
)

t.test('CVE-2017-16762 CVE-2024-23334: links lead out only with followSymlink', async (t) => {
  const directory = path.join(leaky(t), 'links')
  const ask = await asking(t, StaticFiles({ directory, html: true }))
  t.equal((await ask('/in.txt')).text, 'a')

  await assertMissing(t, ask, [
    '/out.txt',
    '/outdir/secret.txt',
    '/outdir',
    '/up/secret.txt',
    '/up/site/a.txt',
    '/up/links/out.txt',
    '/..%2fsecret.txt',
  ])
})

t.test('CVE-2024-23334: no path leads out of the directory, even with followSymlink', async (t) => {
  const directory = path.join(leaky(t), 'links')
  const ask = await asking(t, StaticFiles({ directory, followSymlink: true }))
  t.equal((await ask('/up/more/b.txt')).text, 'b')

  await assertMissing(t, ask, ['/../secret.txt', '/outdir/../../secret.txt', '/up/../secret.txt'])
})

t.test('Starlette 1.1.0: an absolute path is not accepted as a name', async (t) => {
  const root = leaky(t)
  const ask = await asking(t, StaticFiles({ directory: path.join(root, 'site') }))

  await assertMissing(t, ask, [
    '//etc/passwd',
    '///etc/passwd',
    '/%2Fetc/passwd',
    `/${root}/secret.txt`,
    '/C:/x',
    '/C:%5Cx',
    '/%5C%5Csrv%5Cshare%5Cx',
    '/file:///etc/passwd',
    '/~root/x',
  ])
})

t.test('CVE-2024-32869 CVE-2024-23340: a root path serves no other files', async (t) => {
  const app = StaticFiles({ directory: path.join(leaky(t), 'site') })
  const { talk } = await listening(t, app, { rootPath: '/proxy' })

  for (const [target, status] of [
    ['/a.txt', 200],
    ['/../secret.txt', 404],
    ['/..%2fsecret.txt', 404],
    ['/proxy/../../secret.txt', 404],
  ] as const) {
    const received = await talk(request(`GET ${target}`, [CLOSE]))
    t.same(statuses(received), [status], target)
    t.notMatch(received, SECRET)
  }
})

t.test('CVE-2026-24473: one function checks the names for every source', async (t) => {
  // One function stands before every look; there is no second way to a file.
  for (const name of ['/../x', '/.env', '/a\0', '/__proto__/../x', '/a//b']) {
    t.equal(servableName(name, name, false), undefined, JSON.stringify(name))
  }
})
