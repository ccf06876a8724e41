/** Which route a layered one was made of: both have the same URL. */

const ORIGINS = new WeakMap<object, object>()

/** Notes that a route is another one within a layer. */
export function copyOf<Kind extends object>(route: Kind, copy: Kind): Kind {
  ORIGINS.set(copy, originOf(route))
  return copy
}

/** The route that was written, or what was given. */
export function originOf<Given>(route: Given): Given | object {
  return typeof route === 'function' ? (ORIGINS.get(route) ?? route) : route
}
