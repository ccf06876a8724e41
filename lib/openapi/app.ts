/** Makes an app that serves the document of the application around it, and a page that shows it. */

import { HTTPException } from '../exceptions.ts'
import { checkPreconditions, notModifiedHeaders } from '../http/conditional.ts'
import { encodeText } from '../internal/bytes.ts'
import type { Request } from '../requests.ts'
import { FileResponse } from '../responses/file.ts'
import { Response } from '../responses/response.ts'
import { Route } from '../routing/route.ts'
import { Router } from '../routing/router.ts'
import { answersExceptions } from '../routing/wrapped.ts'
import type { App } from '../types.ts'
import type { OpenAPIAppOptions } from './options.ts'
import { plainPage, policyOf, shownPage } from './page.ts'
import { Documents, type ServedDocument } from './served.ts'
import { readSettings, servedFile } from './settings.ts'
import { startScript } from './viewers.ts'

/**
 * Makes an app to mount. It serves the OpenAPI document of the application around it at `/openapi.json` and
 * `/openapi.yaml`, and at `/` a page that shows the document and can send requests.
 *
 * The page is Scalar, Swagger UI or Redoc, whichever of their packages is installed: run
 * `npm install @scalar/api-reference`, `swagger-ui-dist` or `redoc`. Its files are served from that package.
 * Files come from another host only if you set `url`. YAML needs the package `yaml`.
 *
 * The document's server URL points to the application, relative to the document. The document includes routes
 * that are added later, and is made again only if the routes change.
 *
 * @throws TypeError if an option is invalid, or the package of the `page` is not installed. If the document
 * cannot be made, the first request fails; call `openapi()` in a test to find this earlier.
 * @example
 * const app = Application({
 *   routes: [
 *     Route('/users', operation({ responses: { 200: z.string() } }, () => 'Ada')),
 *     Mount('/docs', OpenAPI({ title: 'Users', version: '1.0.0' })),
 *   ],
 * })
 */
export function OpenAPI(options: OpenAPIAppOptions): App {
  const settings = readSettings(options)
  const documents = new Documents(settings)
  const { shown } = settings
  const servedTo = ({ scope }: Request): ServedDocument => {
    if (scope.type !== 'http') throw new HTTPException(404)
    const around = scope.app ?? scope.router
    if (around === undefined || around === inner) throw withoutApplication()
    return documents.of(around, app, scope)
  }

  const json = (request: Request) => answer(request, servedTo(request).json, 'application/json')
  const yaml = async (request: Request) => {
    const bytes = await servedTo(request).yaml()
    if (bytes !== undefined) return answer(request, bytes, 'application/yaml')
    throw new HTTPException(
      404,
      'The document is not available as YAML. Run npm install yaml to enable it.',
    )
  }
  const page = (request: Request) => {
    const { document } = servedTo(request)
    const content = shown ? shownPage(document, shown) : plainPage(document)
    return answer(request, encodeText(content.toString()), 'text/html; charset=utf-8', {
      'content-security-policy': policyOf(document, shown || undefined),
      'referrer-policy': 'no-referrer',
    })
  }
  const script = shown ? encodeText(startScript(shown.viewer)) : undefined
  const start = (request: Request) => {
    if (script === undefined) throw new HTTPException(404)
    return answer(request, script, 'text/javascript; charset=utf-8')
  }
  const file = ({ pathParams }: Request<{ name: string }>) => {
    const path = shown ? servedFile(shown, pathParams.name) : undefined
    if (path === undefined) throw new HTTPException(404)
    return new FileResponse(path, { headers: FRESH })
  }

  const inner = Router([
    Route('/openapi.json', { get: json }),
    Route('/openapi.yaml', { get: yaml }),
    ...(shown === false ? [] : [Route('/', { get: page })]),
    ...(shown ? [Route('/start.js', { get: start }), Route('/files/{name}', { get: file })] : []),
  ])
  // This app has no `routes`, so the document omits it.
  const app: App = answersExceptions((scope, receive, send) => inner(scope, receive, send))
  return app
}

const FRESH = { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' } as const

/** Responds with bytes and an ETag, or with 304 or 412 by the preconditions of the request. */
async function answer(
  { scope }: Request,
  bytes: Uint8Array,
  type: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const etag = await tagOf(bytes)
  const headers = { ...FRESH, ...more, etag, 'content-type': type }
  const verdict = scope.type === 'http' ? checkPreconditions(scope, { etag }) : null
  if (verdict === 412) throw new HTTPException(412)
  if (verdict === null) return new Response(bytes, { headers })
  const list = notModifiedHeaders(Object.entries(headers).flat())
  return new Response(null, { status: 304, headers: pairs(list) })
}

function pairs(list: readonly string[]): [string, string][] {
  return list.flatMap((name, index) =>
    index % 2 === 0 ? [[name, list[index + 1] ?? ''] as [string, string]] : [],
  )
}

const tags = new WeakMap<Uint8Array, string>()

/** The ETag of some bytes. It does not use node:crypto, which edge runtimes may not have. */
async function tagOf(bytes: Uint8Array): Promise<string> {
  const known = tags.get(bytes)
  if (known !== undefined) return known
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice()))
  const tag = `"${[...digest.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}"`
  tags.set(bytes, tag)
  return tag
}

function withoutApplication(): TypeError {
  return new TypeError(
    "OpenAPI: there must be an application around it, none was found. Mount it in one: Mount('/docs', OpenAPI({ … })).",
  )
}
