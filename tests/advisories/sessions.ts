// Published advisories about sessions, and that they do not work here. Each test is named by the
// advisory, attacks a server through a socket, and then asks the same server once more.
import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { csrf, csrfToken } from '../../lib/middleware/csrf.ts'
import { type SessionsOptions, sessions } from '../../lib/middleware/sessions.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { memoryStore } from '../../lib/stores.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { bodyOf, type Listening, listening, request, statuses } from '../support/sockets.ts'

const CLOSE = 'connection: close'
const secret = 'a secret of the server, of 32 bytes or more'
const OLD = 'old '.repeat(8)
const NEW = 'new '.repeat(8)

const routes = [
  alive,
  Route('/show', ({ session }) => new JSONResponse(session.data)),
  Route('/token', async ({ session }) => new PlainTextResponse(await csrfToken(session))),
  Route('/change', { post: () => new PlainTextResponse('changed') }),
  Route('/login', ({ session }) => {
    session.regenerate()
    session.data.user = 'ada'
    return new JSONResponse(session.data)
  }),
  Route('/logout', ({ session }) => {
    session.destroy()
    return new JSONResponse(session.data)
  }),
]

function server(t: Test, options: SessionsOptions): Promise<Listening> {
  return listening(t, Application({ routes, middleware: [sessions(options), csrf()] }))
}

/** A request with a cookie; what came. */
function get({ talk }: Listening, path: string, cookie = ''): Promise<string> {
  return talk(request(`GET ${path}`, [CLOSE, ...(cookie === '' ? [] : [`cookie: ${cookie}`])]))
}

/** The cookie that an answer sets, as a browser sends it back. */
function cookieOf(received: string): string {
  return /^set-cookie: ([^;\r]*)/im.exec(received)?.[1] ?? ''
}

t.test('Litestar session fixation: an id that the client chose is not used', async (t) => {
  const served = await server(t, { store: memoryStore() })
  const planted = `session=${'a'.repeat(43)}`

  t.equal(cookieOf(await get(served, '/show', planted)), '', 'and an empty session sets none')
  const cookie = cookieOf(await get(served, '/login', planted))

  t.match(cookie, /^session=[\w-]{43}$/)
  t.not(cookie, planted)
  t.equal(bodyOf(await get(served, '/show', planted)), '{}')
  t.equal(bodyOf(await get(served, '/show', cookie)), '{"user":"ada"}')
  await assertAlive(t, served)
})

// Advisory row 91.
t.test('@fastify/csrf-protection CVE-2023-27495, passport CVE-2023-29020', async (t) => {
  for (const options of [{ store: memoryStore() }, { secret }]) {
    const served = await server(t, options)
    const first = await get(served, '/token')
    const [before, token] = [cookieOf(first), bodyOf(first)]
    const other = cookieOf(await get(served, '/token'))
    const change = async (cookie: string): Promise<number | undefined> => {
      const fields = [CLOSE, `cookie: ${cookie}`, `x-csrf-token: ${token}`, 'content-length: 0']
      return statuses(await served.talk(request('POST /change', fields)))[0]
    }

    t.equal(await change(before), 200)
    t.equal(await change(other), 403, 'a token of another session')
    const after = cookieOf(await get(served, '/login', before))
    t.not(after, before)
    t.equal(await change(after), 403, 'a token from before the login')
    if ('store' in options) {
      t.equal(bodyOf(await get(served, '/show', before)), '{}', 'the old id is dead')
    }
    await assertAlive(t, served)
  }
})

// Advisory row 94.
t.test('@fastify/session CVE-2024-35220: an expired session stays expired', async (t) => {
  let now = Date.now()
  t.intercept(Date, 'now', { value: () => now })
  const served = await server(t, { store: memoryStore(), maxAge: 60, rolling: true })
  const destroyed = cookieOf(await get(served, '/login'))
  await get(served, '/logout', destroyed)

  t.equal(bodyOf(await get(served, '/show', destroyed)), '{}')
  t.not(cookieOf(await get(served, '/login', destroyed)), destroyed)
  t.equal(bodyOf(await get(served, '/show', destroyed)), '{}')

  const expired = cookieOf(await get(served, '/login'))
  now += 40_000
  t.equal(cookieOf(await get(served, '/show', expired)), expired, 'rolling')
  now += 40_000
  t.equal(bodyOf(await get(served, '/show', expired)), '{"user":"ada"}')
  now += 61_000
  t.equal(bodyOf(await get(served, '/show', expired)), '{}')
  await assertAlive(t, served)
})

// Advisory row 95.
t.test('@fastify/secure-session CVE-2024-31999: a stolen cookie expires', async (t) => {
  let now = Date.now()
  t.intercept(Date, 'now', { value: () => now })
  for (const sealed of [true, false]) {
    const served = await server(t, { secret, sealed, maxAge: 60, untilClosed: true })
    const kept = cookieOf(await get(served, '/login'))

    t.match(await get(served, '/logout', kept), /^set-cookie: session=; Max-Age=0/im)
    now += 59_000
    t.equal(bodyOf(await get(served, '/show', kept)), '{"user":"ada"}')
    now += 2000
    t.equal(bodyOf(await get(served, '/show', kept)), '{}')
    await assertAlive(t, served)
  }
})

// Advisory row 96.
t.test('cookie-session and keygrip: changed cookies fail, and old keys work', async (t) => {
  for (const sealed of [true, false]) {
    const old = await server(t, { secret: OLD, sealed })
    const rotated = await server(t, { secret: [NEW, OLD], sealed })
    const renewed = await server(t, { secret: NEW, sealed })
    const other = await server(t, { secret: OLD, sealed, cookie: 'other' })
    const otherKind = await server(t, { secret: OLD, sealed: !sealed })
    const cookie = cookieOf(await get(old, '/login'))

    t.equal(bodyOf(await get(rotated, '/show', cookie)), '{"user":"ada"}')
    t.equal(bodyOf(await get(renewed, '/show', cookie)), '{}')
    t.equal(bodyOf(await get(otherKind, '/show', cookie)), '{}', 'of another kind')
    const swapped = cookie.replace(/^session/, 'other')
    t.equal(bodyOf(await get(other, '/show', swapped)), '{}', 'under another name')
    const ofNew = cookieOf(await get(rotated, '/login'))
    t.equal(bodyOf(await get(renewed, '/show', ofNew)), '{"user":"ada"}', 'the first key signs')

    const start = 'session='.length
    for (let index = start; index < cookie.length; index += 7) {
      const flipped = cookie[index] === 'A' ? 'B' : 'A'
      const text = cookie.slice(0, index) + flipped + cookie.slice(index + 1)
      t.equal(bodyOf(await get(old, '/show', text)), '{}', text)
      t.equal(bodyOf(await get(old, '/show', cookie.slice(0, index))), '{}', `cut at ${index}`)
    }
    await assertAlive(t, old)
  }
})
