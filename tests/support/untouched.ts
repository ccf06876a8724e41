// What a middleware has nothing to do with, it leaves as it is.
import type { Test } from 'tap'
import type { Middleware, Scope } from '../../lib/types.ts'
import { httpScope, lifespanScope } from './scopes.ts'

/** A scope of a type that ASGI may have some day. */
export const UNKNOWN = { type: 'other' } as unknown as Scope

/** The app is given the very scope and channels that came: with these, the lifespan and what nobody knows. */
export async function assertUntouched(
  t: Test,
  middleware: Middleware,
  ...scopes: readonly Scope[]
): Promise<void> {
  for (const scope of [...scopes, lifespanScope(), UNKNOWN]) {
    const before = structuredClone(scope)
    const seen: unknown[] = []
    const receive = () => new Promise<never>(() => {})
    const send = async () => {}

    await middleware(async (...given) => void seen.push(...given))(scope, receive, send)

    t.equal(seen[0], scope, `${scope.type}: the scope`)
    t.same(scope, before, `${scope.type}: what is in it`)
    t.equal(seen[1], receive, `${scope.type}: receive`)
    t.equal(seen[2], send, `${scope.type}: send`)
  }
}

/** Nobody waits longer for it: what the app returns is returned as it is. */
export function assertGivesOn(t: Test, middleware: Middleware, scope: Scope = httpScope()): void {
  const done = Promise.resolve()
  const receive = () => new Promise<never>(() => {})
  const send = async () => {}

  t.equal(middleware(() => done)(scope, receive, send), done)
}
