/** The viewers that show a document in a browser: their packages, files and start scripts. */

/** The name of a page. */
export type OpenAPIPage = 'scalar' | 'swagger' | 'redoc'

/** A viewer: a program that shows a document in a browser. */
export interface Viewer {
  /** The name of the package. */
  readonly package: string
  /** The served files, all of one folder, by the names in their URLs. */
  readonly files: Readonly<Record<string, string>>
  readonly scripts: readonly string[]
  readonly styles: readonly string[]
  /** The source of its workers, for the content security policy. */
  readonly workers: string
  /**
   * The script that starts it. It uses the variables `spec`, `target`, `files` (a URL) and `link` (the URL of
   * the document).
   */
  readonly start: string
}

/** The viewers, in the order of preference. */
export const VIEWERS: Readonly<Record<OpenAPIPage, Viewer>> = {
  scalar: {
    package: '@scalar/api-reference',
    files: { 'standalone.js': 'dist/browser/standalone.js' },
    scripts: ['standalone.js'],
    styles: [],
    workers: "'none'",
    // Without these options, it would load fonts and use a proxy from other hosts.
    start: `Scalar.createApiReference(target, {
    content: spec,
    withDefaultFonts: false,
    telemetry: false,
    proxyUrl: '',
    hideClientButton: true,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true },
  })`,
  },
  swagger: {
    package: 'swagger-ui-dist',
    files: {
      'swagger-ui-bundle.js': 'swagger-ui-bundle.js',
      'swagger-ui.css': 'swagger-ui.css',
      'oauth2-redirect.html': 'oauth2-redirect.html',
      'oauth2-redirect.js': 'oauth2-redirect.js',
    },
    scripts: ['swagger-ui-bundle.js'],
    styles: ['swagger-ui.css'],
    workers: "'none'",
    start: `SwaggerUIBundle({
    spec,
    domNode: target,
    deepLinking: true,
    validatorUrl: null,
    oauth2RedirectUrl: new URL('oauth2-redirect.html', files).href,
    presets: [SwaggerUIBundle.presets.apis],
    layout: 'BaseLayout',
  })`,
  },
  redoc: {
    package: 'redoc',
    files: { 'redoc.standalone.js': 'bundles/redoc.standalone.js' },
    scripts: [],
    styles: [],
    workers: 'blob:', // searches
    // It is a module since version 3, and was a script before.
    start: `const program = new URL('redoc.standalone.js', files)
  const options = { downloadDefinitionUrl: link.href, sanitize: true, disableTelemetry: true }
  import(program)
    .catch(() => new Promise((resolve, reject) => {
      const script = document.createElement('script')
      Object.assign(script, { src: program, onload: () => resolve(Redoc), onerror: reject })
      document.head.append(script)
    }))
    .then((redoc) => redoc.init(spec, options, target))
    .catch(fail)`,
  },
}

/**
 * The script that starts a page. It fetches the document itself and resolves the URLs of servers against that
 * of the document, as OpenAPI requires. The viewers differ in how they resolve these.
 */
export function startScript({ start }: Viewer): string {
  return `'use strict'
const target = document.querySelector('#reference')
const link = new URL(target.dataset.document, location.href)
const files = new URL(target.dataset.files, location.href)
const fail = (error) => {
  target.textContent = 'The document cannot be shown: ' + (error.message ?? 'a file is missing')
  console.error(error)
}
const absolute = (server) => {
  if (/^[a-z][a-z0-9+.-]*:/i.test(server.url)) return server
  const url = new URL(server.url, link).href.replace(/\\/$/, '')
  return { ...server, url: url.replaceAll('%7B', '{').replaceAll('%7D', '}') }
}
const settle = (part) => {
  if (Array.isArray(part.servers)) part.servers = part.servers.map(absolute)
}
const show = (spec) => {
  settle(spec)
  for (const path of Object.values(spec.paths ?? {})) {
    settle(path)
    for (const operation of Object.values(path)) settle(operation)
  }
  target.textContent = ''
  ${start}
}
fetch(link)
  .then((response) => {
    if (!response.ok) throw new Error(response.status + ' ' + response.statusText)
    return response.json()
  })
  .then(show)
  .catch(fail)
`
}
