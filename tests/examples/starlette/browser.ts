// The gallery as people have it, in a real browser.
import type { Page } from 'playwright-core'
import t from 'tap'
import { noBrowser } from '../../support/browser.ts'
import { startExample } from '../../support/program.ts'
import { launch, open } from '../../support/windows.ts'

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

async function logIn(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Log in' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(name)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByText(`Welcome, ${name}.`).waitFor()
}

t.test('two people use the gallery', { skip: noBrowser }, async (t) => {
  const { url } = await startExample(t, 'starlette')
  const browser = await launch(t)
  const ada = await open(browser, url)
  const grace = await open(browser, url)

  await logIn(ada.page, 'ada')
  const buffer = Buffer.from(PIXEL, 'base64')
  await ada.page.getByLabel('Title').fill('Vega')
  await ada.page.getByLabel('Photo').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer })
  await ada.page.getByRole('button', { name: 'Upload' }).click()
  await ada.page.getByText('“Vega” is in the gallery.').waitFor()
  await grace.page.getByText('New: “Vega” by ada.').waitFor()
  t.pass('others hear of an upload on the page that they look at')
  await grace.page.reload()
  const width = 'document.querySelector(".photos img").naturalWidth'
  await grace.page.waitForFunction(`${width} === 1`)
  t.pass('and see the picture')

  await logIn(grace.page, 'grace')
  await grace.page.getByRole('link', { name: 'Talk' }).click()
  await ada.page.getByRole('link', { name: 'Talk' }).click()
  await grace.page.getByLabel('Message').fill('hello <b>Ada</b>')
  await grace.page.getByRole('button', { name: 'Send' }).click()
  await ada.page.getByText('grace: hello <b>Ada</b>').waitFor()
  t.pass('they talk')

  await ada.page.getByRole('button', { name: 'Log out' }).click()
  await ada.page.getByRole('link', { name: 'Log in' }).waitFor()
  t.same([...ada.errors, ...grace.errors], [])
  t.same([...ada.origins, ...grace.origins], [url, url], 'nothing comes from elsewhere')
})
