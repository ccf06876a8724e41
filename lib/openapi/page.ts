/** The page that shows a document: its HTML and its content security policy. */

import { pageOf } from '../html/look.ts'
import { type HTML, html } from '../html.ts'
import type { PageViewer } from './settings.ts'
import type { OpenAPIDocument } from './types.ts'
import { VIEWERS } from './viewers.ts'

/** The page with a viewer that is installed, or at a URL. Its links are relative. */
export function shownPage({ info }: OpenAPIDocument, { viewer, source }: PageViewer): HTML {
  const [path = ''] = Object.values(viewer.files)
  const folder = source instanceof URL ? new URL('.', new URL(path, source)).href : 'files/'
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}</title>
<link rel="icon" href="data:,">
${viewer.styles.map((name) => html`<link rel="stylesheet" href="${folder + name}">\n`)}</head>
<body>
<div id="reference" data-document="openapi.json" data-files="${folder}"></div>
<noscript><p>This page needs JavaScript. <a href="openapi.json">The document</a> does not.</p></noscript>
${viewer.scripts.map((name) => html`<script src="${folder + name}"></script>\n`)}<script src="start.js"></script>
</body>
</html>
`
}

/** The page without a viewer: links to the document, and the packages to install. */
export function plainPage({ info }: OpenAPIDocument): HTML {
  const packages = Object.values(VIEWERS).map((viewer) => viewer.package)
  const commands = packages.map(
    (name, index) => html`${index === 0 ? '' : ' or '}<code>npm install ${name}</code>`,
  )
  const content = html`<main>
<h1>${info.title} ${info.version}</h1>
<p>The document of this API: <a href="openapi.json">openapi.json</a>, <a href="openapi.yaml">openapi.yaml</a>.</p>
<p>To read it here and to try it, install one of the packages that show it: ${commands}.
Where there is no file system, give the option <code>url</code>.</p>
</main>`
  return pageOf(info.title, content)
}

/**
 * The content security policy of the page. Inline scripts are forbidden. Inline styles are allowed because
 * the viewers use them. Requests may go to this origin, the servers of the document, and the token URLs of
 * its security schemes.
 */
export function policyOf(document: OpenAPIDocument, shown: PageViewer | undefined): string {
  const hosted = shown?.source instanceof URL ? ` ${shown.source.origin}` : ''
  const directives = [
    "default-src 'none'",
    `script-src 'self'${hosted}`,
    `style-src 'self' 'unsafe-inline'${hosted}`,
    "img-src 'self' data: blob:",
    `font-src 'self' data:${hosted}`,
    "media-src 'self' data: blob:",
    `worker-src ${shown?.viewer.workers ?? "'none'"}`,
    ["connect-src 'self'", ...originsOf(document)].join(' '),
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ]
  return directives.join('; ')
}

/** The other origins to which the page may send requests. */
function originsOf({ servers = [], paths, components }: OpenAPIDocument): string[] {
  const operations = Object.values(paths).flatMap((path) => Object.values(path))
  const all = [...servers, ...operations.flatMap((operation) => operation.servers ?? [])]
  const urls = all.map(({ url }) => url)
  const schemes = Object.values(components?.securitySchemes ?? {})
  const texts = [...urls, ...schemes.flatMap((scheme) => tokenURLs(scheme))]
  return [...new Set(texts.flatMap(sourceOf))].sort()
}

function tokenURLs(scheme: object): string[] {
  const { flows = {}, openIdConnectUrl } = scheme as {
    flows?: Readonly<Record<string, { readonly [name: string]: unknown } | undefined>>
    openIdConnectUrl?: unknown
  }
  const flowURLs = Object.values(flows).flatMap((flow) => [
    flow?.['tokenUrl'],
    flow?.['refreshUrl'],
  ])
  return [...flowURLs, openIdConnectUrl].filter((url) => typeof url === 'string')
}

/** A source of the policy. A host with a variable becomes a wildcard, or all hosts of its scheme. */
function sourceOf(url: string): string[] {
  const [, scheme = '', authority = ''] = /^(https?:)?\/\/([^/?#]*)/i.exec(url) ?? []
  if (authority === '') return []
  const wild = authority.replace(/^\{[^{}]+\}(?=\.)/, '*')
  const isSource = /^(?:\*\.)?(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?$/i.test(wild)
  const prefix = scheme.toLowerCase()
  return isSource ? [prefix === '' ? wild : `${prefix}//${wild}`] : [prefix || 'https:']
}
