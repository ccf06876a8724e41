/** Makes the 404 response while debug is on: it lists the routes, the most similar first. */
import { debugFormat } from '../errors/debug.ts'
import { factsHTML, STYLE } from '../errors/debugpage.ts'
import { factsOf } from '../errors/facts.ts'
import { pageOf } from '../html/look.ts'
import { html } from '../html.ts'
import { distance } from '../internal/nearest.ts'
import { Request } from '../requests.ts'
import { HTMLResponse, JSONResponse, PlainTextResponse } from '../responses/bodies.ts'
import { toApp } from '../responses/response.ts'
import type { App, HTTPScope } from '../types.ts'
import { type ListedRoute, routes } from './listing.ts'

const OPTIONS = { status: 404, headers: { 'cache-control': 'no-store' } } as const

/** Lists all routes of the outermost router. */
export function unmatchedResponse(scope: HTTPScope): App {
  const { method, path } = scope
  const request = new Request(scope)
  const listed = scope.router === undefined ? [] : nearestFirst(path, routes(scope.router))
  const format = debugFormat(request)
  if (format === 'html') {
    return toApp(new HTMLResponse(pageFor(request, listed), OPTIONS), 'debug')
  }
  if (format === 'json') {
    const answer = { status: 404, detail: 'Not Found', method, path, routes: listed.map(plain) }
    return toApp(new JSONResponse(answer, OPTIONS), 'debug')
  }
  const lines = listed.map((route) => `  ${methodsOf(route)} ${route.path}`)
  const text = ['Not Found', '', `No route matches ${path}. Routes, the nearest first:`, ...lines]
  return toApp(new PlainTextResponse(`${text.join('\n')}\n`, OPTIONS), 'debug')
}

/**
 * Sorts routes by the number of characters in which they differ from the path; parameters match any segment,
 * and count as one character if it is missing.
 */
function nearestFirst(path: string, listed: readonly ListedRoute[]): ListedRoute[] {
  const costs = listed.map((route) => ({ route, cost: costOf(path, route.path) }))
  return costs.sort((one, two) => one.cost - two.cost).map(({ route }) => route)
}

function costOf(path: string, template: string): number {
  const given = path.split('/')
  const parts = template.split('/')
  let cost = 0
  for (let at = 0; at < Math.max(given.length, parts.length); at++) {
    const part = parts[at] ?? ''
    if (!part.startsWith('{')) cost += distance((given[at] ?? '').toLowerCase(), part.toLowerCase())
    else if (at >= given.length) cost++
  }
  return cost
}

function plain({ path, methods, name, kind, host }: ListedRoute): object {
  return { kind, path, methods, name: name || undefined, host }
}

function methodsOf({ kind, methods }: ListedRoute): string {
  if (kind === 'websocket') return 'WebSocket'
  return methods?.join(', ') ?? 'any method'
}

function pageFor(request: Request, listed: readonly ListedRoute[]): string {
  const { method, path } = request.scope
  const rows = listed.map(
    (route) => html`<tr><th scope="row">${methodsOf(route)}</th>
<td><code>${route.host !== undefined && `${route.host} `}${route.path}</code> ${route.name}</td></tr>\n`,
  )
  const content = html`<main>
<h1>Not Found: no route matches ${path}</h1>
<p>${method} ${path}</p>
<h2>Routes, the nearest first</h2>
${listed.length === 0 ? html`<p>There are no routes.</p>` : html`<table>${rows}</table>`}
${factsHTML(factsOf(request))}
<p>This page is shown because debug is on.</p>
</main>`
  return pageOf(`404 ${path}`, content, STYLE).toString()
}
