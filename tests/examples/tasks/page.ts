// The page of the tasks as people have it, in a real browser.
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { noBrowser } from '../../support/browser.ts'
import { startExample } from '../../support/program.ts'
import { launch, open } from '../../support/viewers.ts'

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
  const { page, errors, origins } = await open(await launch(t), `${url}/`)
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

  await page.getByLabel('Search').fill('TEA')
  await page.getByText('1 task', { exact: true }).waitFor()
  t.same(await titles(page), ['Buy tea'])
  await tea.getByRole('checkbox').check()
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
  const browser = await launch(t)
  const shades: number[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport: { width: 360, height: 640 }, colorScheme })
    const page = await context.newPage()
    await page.goto(url)
    await enter(page, 'admin', PASSWORD)
    await page.getByLabel('New task').fill('a'.repeat(200))
    await page.getByRole('button', { name: 'Add' }).click()
    await page.locator('#tasks li').first().waitFor()
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, 'nothing is beside')
    const colour = 'getComputedStyle(document.querySelector("#tasks .title")).color'
    shades.push(Number(/\d+/.exec(await page.evaluate<string>(colour))?.[0]))
    t.equal(await page.evaluate('getComputedStyle(document.body).fontSize'), '16px')
  }
  t.ok((shades[0] ?? 255) < 100 && (shades[1] ?? 0) > 200, `${shades}`)
})
