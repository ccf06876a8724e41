/** What routing found behind an http middleware, shown in front of it. */
import type { HTTPScope } from '../types.ts'

type Found = Partial<
  Pick<
    HTTPScope,
    | 'app'
    | 'appRootPath'
    | 'auth'
    | 'endpoint'
    | 'mountPath'
    | 'pathParams'
    | 'rootPath'
    | 'route'
    | 'router'
    | 'state'
    | 'user'
  >
>

/**
 * The keys that routing and authentication write, copied from the inner scope to the outer one, so that loggers in
 * front see them as without the middleware; and taken back before the app is called once more, which
 * would otherwise begin below the mount where the first call ended.
 */
export class Annotations {
  readonly #outer: HTTPScope
  readonly #before: Found
  #found: Found = {}

  constructor(outer: HTTPScope) {
    this.#outer = outer
    this.#before = foundIn(outer)
  }

  take(inner: HTTPScope): void {
    this.#found = foundIn(inner)
    Object.assign(this.#outer, this.#found)
  }

  /** The state stays: it is one object for all, and the middleware may have added to it. */
  takeBack(): void {
    const { state: _state, ...found } = this.#found
    for (const key of keysOf(found)) {
      // What the middleware itself has changed since is its own decision.
      if (this.#outer[key] !== found[key]) continue
      if (key in this.#before) Object.assign(this.#outer, { [key]: this.#before[key] })
      else delete (this.#outer as Found)[key]
    }
  }
}

function foundIn(scope: HTTPScope): Found {
  const { app, appRootPath, auth, endpoint, mountPath, pathParams } = scope
  const { rootPath, route, router, state, user } = scope
  const found: Found = {
    ...{ app, appRootPath, auth, endpoint, mountPath, pathParams },
    ...{ rootPath, route, router, state, user },
  }
  for (const key of keysOf(found)) if (found[key] === undefined) delete found[key]
  return found
}

function keysOf<Key extends string>(found: { readonly [key in Key]?: unknown }): Key[] {
  // Its own keys are just these: both callers made the object.
  return Object.keys(found) as Key[]
}
