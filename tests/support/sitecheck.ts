// Checks the built site: links and anchors, titles and descriptions, and in a browser headings, contrast, width and keyboard.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { serve } from 'stellula/servers/node'
import { StaticFiles } from 'stellula/staticfiles'
import type { App } from 'stellula/types'
import { browser as executable } from './browser.ts'
import { ILLEGIBLE, keyboardFaults, VIEWS } from './legible.ts'

const SITE = path.resolve('docs/site/.vitepress/dist')

/** Pages that are used by keyboard alone: a guide, and a page of the reference. */
const BY_KEYBOARD = ['tutorial', 'reference/stellula/cookies']

/** Both themes and a narrow window; all pages have one style sheet, so each pair of these says no more. */
const LOOKS = VIEWS.slice(0, 3)

/** Tabs of a browser at a time. */
const TABS = 2

interface Built {
  readonly html: string
  readonly ids: ReadonlySet<string>
}

let passed = 0
let failed = 0

function tell(what: string, faults: readonly string[]): void {
  if (faults.length === 0) passed++
  else {
    failed++
    console.log(`not ok ${what}\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
  }
}

/** The pages by their names, without the ending. */
function builtPages(): ReadonlyMap<string, Built> {
  const files = readdirSync(SITE, { recursive: true, encoding: 'utf8' })
  const names = files.filter((name) => name.endsWith('.html')).sort()
  return new Map(
    names.map((name) => {
      const html = readFileSync(path.join(SITE, name), 'utf8')
      const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => unescaped(id))
      return [name.replaceAll(path.sep, '/').replace(/\.html$/, ''), { html, ids: new Set(ids) }]
    }),
  )
}

function unescaped(text: string): string {
  return text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"')
}

function brokenLinks(name: string, { html }: Built, pages: ReadonlyMap<string, Built>): string[] {
  const links = [...html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)].map(([, link = '']) => link)
  return [...new Set(links)].filter((link) => !leadsSomewhere(unescaped(link), name, pages))
}

function leadsSomewhere(link: string, from: string, pages: ReadonlyMap<string, Built>): boolean {
  const { origin, pathname, hash } = new URL(link, `http://site/${from}`)
  if (origin !== 'http://site') return true // elsewhere
  const page = pages.get(decodeURIComponent(pathname.slice(1)).replace(/(^|\/)$/, '$1index'))
  return page !== undefined && (hash === '' || page.ids.has(decodeURIComponent(hash.slice(1))))
}

function missingData({ html }: Built): string[] {
  const wanted = {
    'a language': /<html lang="\w+"/,
    'a title': /<title>[^<]+<\/title>/,
    'a description': /<meta name="description" content="[^"]+"/,
  }
  const missing = Object.entries(wanted).filter(([, pattern]) => !pattern.test(html))
  return missing.map(([what]) => `${what} is missing`)
}

function twice(pages: ReadonlyMap<string, Built>): string[] {
  const titles = new Map<string, string[]>()
  for (const [name, { html }] of pages) {
    const title = /<title>([^<]*)/.exec(html)?.[1] ?? ''
    titles.set(title, [...(titles.get(title) ?? []), name])
  }
  const same = [...titles].filter(([, names]) => names.length > 1)
  return same.map(([title, names]) => `${title}: ${names.join(', ')}`)
}

/** The site as hosts of files serve it: a page without its ending. */
const files = StaticFiles({ directory: SITE, html: true })
const site: App = (scope, receive, send) => {
  if (scope.type !== 'http' || /\.\w+$|\/$/.test(scope.path)) return files(scope, receive, send)
  return files({ ...scope, path: `${scope.path}.html` }, receive, send)
}

async function look(page: Page, url: string, name: string): Promise<void> {
  const faults = new Set<string>()
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`${url}/${name.replace(/(^|\/)index$/, '$1')}`)
  for (const { name: view, width, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    await page.waitForFunction(
      `document.documentElement.classList.contains('dark') === ${colorScheme === 'dark'}`,
    )
    for (const fault of await page.evaluate<string[]>(ILLEGIBLE)) faults.add(`${view}: ${fault}`)
  }
  if (BY_KEYBOARD.includes(name)) {
    await page.setViewportSize({ width: 1400, height: 800 })
    for (const fault of await keyboardFaults(page)) faults.add(fault)
  }
  tell(`${name} in a browser`, [...faults])
}

async function lookAtAll(names: readonly string[], browser: Browser, url: string): Promise<void> {
  const waiting = [...names]
  const tab = async (): Promise<void> => {
    // Without motion, so that colours do not change while they are read.
    const page = await browser.newPage({ reducedMotion: 'reduce' })
    page.on('pageerror', (error) => tell(`scripts of ${page.url()}`, [error.message]))
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      await look(page, url, name)
    }
  }
  await Promise.all(Array.from({ length: TABS }, tab))
}

const pages = builtPages()
for (const [name, page] of pages) {
  if (name !== '404') tell(`links of ${name}`, brokenLinks(name, page, pages))
  tell(`what ${name} says of itself`, missingData(page))
}
tell('each title is that of one page', twice(pages))

if (executable === undefined)
  console.log('No browser is installed: contrast and keyboard are not checked.')
else {
  const server = await serve(site, { port: 0 })
  const browser = await chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
  await lookAtAll([...pages.keys()], browser, server.url ?? '')
  await browser.close()
  await server.close()
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
