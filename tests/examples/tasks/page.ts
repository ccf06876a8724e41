// The page of the tasks as people have it, in a real browser.
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { noBrowser } from '../../support/browser.ts'
import { startExample } from '../../support/program.ts'
import { openPage } from '../../support/windows.ts'

t.setTimeout(300_000)

const PASSWORD = 'correct horse battery'

async function served(t: Test): Promise<string> {
  return (await startExample(t, 'tasks', { DATABASE_URL: ':memory:', ADMIN_PASSWORD: PASSWORD }))
    .url
}

async function enter(page: Page, name: string, password: string, action = 'Log in') {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: action }).click()
}

const titles = (page: Page) => page.locator('#tasks .title').allInnerTexts()

t.test('a person works on tasks', { skip: noBrowser }, async (t) => {
  const url = await served(t)
  const { page, errors, origins } = await openPage(t, `${url}/`)
  const told = page.getByRole('alert')

  await enter(page, 'admin', 'wrong')
  await told.getByText('Wrong name or password').waitFor()
  await enter(page, 'ada', 'short', 'Sign up')
  await told.getByText(/^password: /).waitFor()
  t.pass('what was wrong is told')
  await enter(page, 'ada', PASSWORD, 'Sign up')
  await page.getByText('0 tasks').waitFor()
  t.pass('who signs up is logged in')

  for (const title of ['Buy tea', 'Write <b>letters</b>']) {
    await page.getByLabel('New task').fill(title)
    await page.getByRole('button', { name: 'Add' }).click()
    await page.locator('#tasks li', { hasText: title }).waitFor()
  }
  t.same(await titles(page), ['Write <b>letters</b>', 'Buy tea'], 'texts are no HTML')

  const tea = page.locator('#tasks > li', { hasText: 'Buy tea' })
  const file = { name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from('green, black') }
  await tea.getByLabel('Attach a file').setInputFiles(file)
  const download = page.waitForEvent('download')
  await tea.getByRole('button', { name: 'list.txt (12 bytes)' }).click()
  t.equal((await download).suggestedFilename(), 'list.txt')

  const first = /[?&]q=T(?:&|$)/
  let answerFirst = (): void => {}
  const waiting = new Promise<void>((resolve) => {
    answerFirst = resolve
  })
  await page.route(first, (route) => waiting.then(() => route.continue()))
  const answered = page.waitForResponse(first)
  await page.getByLabel('Search').fill('T')
  await page.getByLabel('Search').fill('TEA')
  await page.getByText('1 task', { exact: true }).waitFor()
  answerFirst()
  await (await answered).finished()
  await page.unroute(first)
  await page.evaluate('new Promise((resolve) => setTimeout(resolve, 50))')
  t.same(await titles(page), ['Buy tea'], 'an older answer that arrives later is dropped')
  // Not check(), which looks for the checkmark afterwards: the task leaves the list of open ones.
  await tea.getByRole('checkbox').click()
  await page.getByText('0 tasks').waitFor()
  await page.getByLabel('Show').selectOption('done')
  await tea.waitFor()
  t.pass('what is done is found among what is done')

  await page.reload()
  await page.getByText('Write <b>letters</b>').waitFor()
  t.pass('a reload keeps the login')
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('0 tasks').waitFor()
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByLabel('Password').waitFor()
  t.same(await titles(page), [])
  t.same(errors, [])
  t.same([...origins], [url], 'nothing comes from elsewhere')
})

t.test('it is readable on a phone, light and dark', { skip: noBrowser }, async (t) => {
  const url = await served(t)
  const { page } = await openPage(t, url)
  await page.setViewportSize({ width: 360, height: 640 })
  await enter(page, 'admin', PASSWORD)
  await page.getByLabel('New task').fill('a'.repeat(200))
  await page.getByRole('button', { name: 'Add' }).click()
  await page.locator('#tasks li').first().waitFor()
  const shades: number[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, 'nothing is beside')
    const colour = 'getComputedStyle(document.querySelector("#tasks .title")).color'
    shades.push(Number(/\d+/.exec(await page.evaluate<string>(colour))?.[0]))
    t.equal(await page.evaluate('getComputedStyle(document.body).fontSize'), '16px')
  }
  t.ok((shades[0] ?? 255) < 100 && (shades[1] ?? 0) > 200, `${shades}`)
})
