// A guarded part of an application, for tests that try to get past the guard.
import type { Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { httpMiddleware } from '../../lib/authoring/httpmiddleware.ts'
import type { Request } from '../../lib/requests.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { listening, request } from './sockets.ts'

/** Asks for a key wherever the rule says so; everywhere without a rule. */
export function needsKey(isGuarded: (request: Request) => boolean = () => true): Middleware {
  return httpMiddleware((request, next) =>
    !isGuarded(request) || request.headers.get('authorization') === 'key'
      ? next(request)
      : new PlainTextResponse('no key', { status: 401 }),
  )
}

const secret = (): PlainTextResponse => new PlainTextResponse('secret')
const open = (): PlainTextResponse => new PlainTextResponse('open')
const admin = Router([Route('/', secret), Route('/{rest:path}', secret)])
const rest = Route('/{rest:path}', open)

function behind(isGuarded: (request: Request) => boolean): App {
  return Application({ routes: [Mount('/admin', admin), rest], middleware: [needsKey(isGuarded)] })
}

/** `/admin/…` answers "secret" to those with a key; the guard stands where people put one. */
export const guarded: readonly [where: string, app: App][] = [
  [
    'around the mount',
    Application({ routes: [Mount('/admin', admin, { middleware: [needsKey()] }), rest] }),
  ],
  ['outside, by scope.path', behind(({ scope }) => scope.path.startsWith('/admin/'))],
  ['outside, by request.url', behind(({ url }) => url.pathname.startsWith('/admin/'))],
]

export const CLOSE = 'connection: close'

/** Asks all guarded applications over a socket; `ask` gets what came back for a request. */
export async function attack(
  t: Test,
  ask: (talk: (bytes: string) => Promise<string>, t: Test) => Promise<void>,
): Promise<void> {
  for (const [where, app] of guarded) {
    await t.test(`guard ${where}`, async (t) => {
      const { talk } = await listening(t, app)
      const mine = await talk(request('GET /admin/x', [CLOSE, 'authorization: key']))
      t.match(mine, /200 OK.*secret$/s, 'the key opens it')
      t.match(await talk(request('GET /admin/x', [CLOSE])), /401 .*no key$/s, 'nothing else does')

      await ask(talk, t)
    })
  }
}
