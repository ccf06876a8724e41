// Windows of a real browser, which a test uses as a person does.
import { type Browser, chromium, type Page } from 'playwright-core'
import tap, { type Test } from 'tap'
import { browser as executable } from './browser.ts'

const VIEWPORT = { width: 1400, height: 1000 }

let running: Promise<Browser> | undefined
let shared: Promise<Page> | undefined

/**
 * The browser of this process, whose windows are closed at the end of the test. All tests share it, since a
 * start takes more than a second of a processor; it is closed after the last of them.
 */
export function launch(t: Test): Promise<Browser> {
  running ??= start()
  const launched = running
  t.teardown(async () => {
    const kept = (await shared)?.context()
    const contexts = (await launched).contexts().filter((context) => context !== kept)
    await Promise.all(contexts.map((context) => context.close()))
  })
  return launched
}

function start(): Promise<Browser> {
  const browser = chromium.launch({
    executablePath: executable ?? '',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
  tap.teardown(async () => (await browser).close())
  return browser
}

/**
 * The window that all tests share which need only one, emptied before and after each: a new window takes
 * nearly a second of a processor.
 */
export async function sharedPage(t: Test): Promise<Page> {
  const browser = await launch(t)
  shared ??= blank(browser)
  const page = await shared
  t.teardown(() => forget(page))
  return page
}

/** Opens a page in the shared window for the length of a test. */
export async function openPage(t: Test, url: string): Promise<Opened> {
  return show(await sharedPage(t), url)
}

export interface Opened {
  readonly page: Page
  /** The origins of all requests that were made. */
  readonly origins: Set<string>
  /** What went wrong in the page, but for answers that are no success. */
  readonly errors: string[]
}

/** Opens a page in a window of its own, and writes down where its requests go. */
export async function open(browser: Browser, url: string): Promise<Opened> {
  return show(await blank(browser), url)
}

/** A window of its own, with nothing in it. */
export async function blank(browser: Browser): Promise<Page> {
  // The tests sign their certificate themselves.
  const context = await browser.newContext({ viewport: VIEWPORT, ignoreHTTPSErrors: true })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  return page
}

/**
 * Shows a page in a window, as open() does. A window that is used again has compiled the scripts of a
 * large page already, and has forgotten what it knew of its visitor.
 */
export async function show(page: Page, url: string): Promise<Opened> {
  await forget(page)
  const origins = new Set<string>()
  const errors: string[] = []
  const note = (requested: string): void => {
    if (!/^(?:data|blob):/.test(requested)) origins.add(new URL(requested).origin)
  }
  page.on('requestfinished', (request) => note(request.url()))
  page.on('requestfailed', (request) => {
    // The policy of the page stops a request before it is made.
    if (request.failure()?.errorText !== 'csp') note(request.url())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(url)
  return { page, origins, errors }
}

async function forget(page: Page): Promise<void> {
  for (const event of ['requestfinished', 'requestfailed', 'pageerror'] as const) {
    page.removeAllListeners(event)
  }
  await page.context().clearCookies()
  if (page.url() === 'about:blank') return
  // A page that is being left has nothing to clear here: each test has an origin of its own.
  await page.evaluate('localStorage.clear(); sessionStorage.clear()').catch(() => {})
  await page.goto('about:blank')
  await page.setViewportSize(VIEWPORT)
  await page.emulateMedia({ colorScheme: null })
}
