// How does each router, on its own, find the route of a path and the parameters in it?

import findMyWay from 'find-my-way'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { parse } from 'regexparam'
import { addRoute, createRouter, findRoute } from 'rou3'
import { PlainTextResponse, Route } from 'stellula'

type Params = Record<string, string | undefined>

/**
 * Takes paths as Stellula writes them, with `{name}` parameters, and gives the matching function:
 * an object with the parameters by name for a path that matches, undefined for one that does not.
 */
export type CreateRouter = (paths: string[]) => (path: string) => unknown

// The index is no public API, but without it there is no routing alone to compare with the others'.
const index = new URL('./routing/table.js', import.meta.resolve('stellula')).href
const { Table }: typeof import('../../dist/routing/table.js') = await import(index)

function stellula(paths: string[]): (path: string) => unknown {
  const answer = (): PlainTextResponse => new PlainTextResponse('')
  const table = new Table(paths.map((path) => Route(path, answer).entry))
  return (path) => {
    const { match } = table.find(path, 'http', 'GET')
    if (match === undefined) return undefined
    const params: Record<string, unknown> = {}
    const names = match.entry.path.params
    for (let at = 0; at < names.length; at++) params[names[at]?.name ?? ''] = match.values[at]
    return params
  }
}

function findMyWayRouter(paths: string[]): (path: string) => unknown {
  const router = findMyWay()
  for (const path of paths) router.on('GET', withColons(path), () => {})
  return (path) => router.find('GET', path)?.params
}

/** As Hono makes it, and parameters gathered from its stash as `c.req.param()` does. */
function honoRouter(paths: string[]): (path: string) => unknown {
  const router = new SmartRouter<string>({ routers: [new RegExpRouter(), new TrieRouter()] })
  for (const path of paths) router.add('GET', withColons(path), path)
  return (path) => {
    const [routes, stash] = router.match('GET', path)
    const found = routes[0]
    if (found === undefined) return undefined
    const params: Params = {}
    for (const [name, value] of Object.entries(found[1])) {
      params[name] = typeof value === 'number' ? stash?.[value] : value
    }
    return params
  }
}

function rou3Router(paths: string[]): (path: string) => unknown {
  const router = createRouter<string>()
  for (const path of paths) addRoute(router, 'GET', withColons(path), path)
  return (path) => {
    const found = findRoute(router, 'GET', path)
    return found && (found.params ?? noParams)
  }
}

const noParams: Params = {}

/** One regular expression after the other, as a small framework does, and as Starlette does. */
function regexparamRouter(paths: string[]): (path: string) => unknown {
  const routes = paths.map((path) => parse(withColons(path)))
  return (path) => {
    for (const { pattern, keys } of routes) {
      const found = pattern.exec(path)
      if (found === null) continue
      const params: Params = {}
      for (let index = 0; index < keys.length; index++) {
        params[keys[index] ?? ''] = found[index + 1]
      }
      return params
    }
    return undefined
  }
}

function withColons(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

export const routers: Record<string, CreateRouter | undefined> = {
  stellula,
  'find-my-way': findMyWayRouter,
  hono: honoRouter,
  rou3: rou3Router,
  regexparam: regexparamRouter,
}
