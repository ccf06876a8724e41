/** Finds the place of an app within the application around it. */

import { hostHeader, hostName } from '../http/hosts.ts'
import type { ListedRoute } from '../routing/listing.ts'
import { parsePath } from '../routing/path.ts'
import { isParam } from '../routing/tokens.ts'
import type { App, HTTPScope } from '../types.ts'

/**
 * The URL of the application, relative to a document that an app inside serves: `..` for each segment of the
 * mounts between them. A relative URL is valid behind a proxy's prefix even if the app does not know it.
 *
 * @param listed The routes of the application.
 */
export function serverURL(app: App, listed: readonly ListedRoute[], scope: HTTPScope): string {
  const { mountPath = '' } = scope
  const around = listed
    .filter(({ kind, path }) => kind === 'app' && mountPath.endsWith(path.slice(0, -2)))
    .sort((one, other) => other.path.length - one.path.length)
  // Inside middleware that was applied by hand, the app cannot be recognized.
  const found = around.find(({ route }) => route === app) ?? around[0]
  const depth = (found?.path.slice(0, -2) ?? mountPath).split('/').length - 1
  return depth === 0 ? '.' : Array.from({ length: depth }, () => '..').join('/')
}

/** The host patterns that match the host of a request: their routes are served at this host. */
export function hostsHere(listed: readonly ListedRoute[], scope: HTTPScope): string[] {
  const patterns = new Set(listed.flatMap(({ host }) => (host === undefined ? [] : [host])))
  const name = hostName(hostHeader(scope))
  return [...patterns].filter((pattern) => expressionOf(pattern).test(name))
}

function expressionOf(pattern: string): RegExp {
  const parts = parsePath(pattern, 'OpenAPI').tokens.map((token) =>
    isParam(token) ? '[^.]+' : token.toLowerCase().replace(/[^a-z0-9-]/g, '\\$&'),
  )
  return new RegExp(`^${parts.join('')}$`)
}
